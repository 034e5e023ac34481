/** Locks that all tabs of one installation share; a tab's locks end with it. */
export interface Locks {
  /** Runs `work` while nobody else holds `name`; answers null at once when somebody does. */
  tryRun<T>(name: string, work: () => Promise<T>): Promise<T | null>;
  /** Holds `name` until the returned function is called or the tab ends. */
  hold(name: string): Promise<() => void>;
  isHeld(name: string): Promise<boolean>;
}

/** The part of `navigator.locks` that is used. */
export interface WebLockManager {
  request<T>(
    name: string,
    options: { readonly ifAvailable: boolean },
    work: (lock: unknown) => Promise<T>,
  ): Promise<T>;
  query(): Promise<{ readonly held?: readonly { readonly name?: string }[] }>;
}

/** Web Locks as `Locks`. */
export function createWebLocks(manager: WebLockManager): Locks {
  return {
    tryRun: (name, work) =>
      manager.request(name, { ifAvailable: true }, async (lock) => (lock === null ? null : await work())),
    hold: (name) =>
      new Promise((resolve, reject) => {
        const held = manager.request(name, { ifAvailable: false }, async () => {
          const { promise, resolve: release } = Promise.withResolvers<void>();
          resolve(() => release());
          await promise;
        });
        held.catch(reject);
      }),
    isHeld: async (name) => ((await manager.query()).held ?? []).some((lock) => lock.name === name),
  };
}
