import type { Swept } from "../retention.ts";
import type { createStores } from "./stores.ts";

/** What ends by itself in the trash, a bounded part of it at a time, inside the caller's transaction. */
export function createTrashSweep({ nodes, trash, purge }: ReturnType<typeof createStores>) {
  return {
    expire(beforeMs: number, limit: number): number {
      let count = 0;
      for (const owner of trash.owners()) {
        for (const { node } of trash.deletedBefore(owner, beforeMs, limit - count)) {
          const row = nodes.sql.byId.get(node);
          if (row !== undefined) purge.doom(row);
          count += 1;
        }
        if (count >= limit) break;
      }
      return count;
    },
    endSome(limit: number): Swept {
      for (const owner of trash.owners()) {
        const swept = purge.step(owner, limit);
        if (swept.items > 0) return swept;
      }
      return { items: 0, bytes: 0 };
    },
    giveUp(bytes: number): Swept {
      const richest = trash.richest();
      if (richest === null) return { items: 0, bytes: 0 };
      const usedBefore = nodes.sql.usage.get(richest.id)?.used_bytes ?? 0;
      purge.makeRoom(richest.id, Math.min(bytes, richest.kept_bytes));
      return { items: 1, bytes: usedBefore - (nodes.sql.usage.get(richest.id)?.used_bytes ?? 0) };
    },
  };
}
