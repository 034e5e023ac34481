import type { Locks } from "../sync/index.ts";

/** Locks of one process; pass one object to everything that plays the same installation. */
export function memoryLocks(): Locks {
  const held = new Set<string>();
  const waiting: { readonly name: string; readonly take: () => void }[] = [];
  const release = (name: string) => {
    held.delete(name);
    const index = waiting.findIndex((other) => other.name === name);
    if (index >= 0) waiting.splice(index, 1)[0]?.take();
  };
  return {
    tryRun: async (name, work) => {
      if (held.has(name)) return null;
      held.add(name);
      try {
        return await work();
      } finally {
        release(name);
      }
    },
    hold: (name) =>
      new Promise((resolve) => {
        const take = () => {
          held.add(name);
          resolve(() => release(name));
        };
        if (held.has(name)) waiting.push({ name, take });
        else take();
      }),
    isHeld: async (name) => held.has(name),
  };
}
