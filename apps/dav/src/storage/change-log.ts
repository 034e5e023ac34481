import type { CommitQueue } from "./commit-queue.ts";
import type { SqliteDatabase } from "./open-database.ts";

export interface ChangeLog {
  /** Forgets the oldest changes made before `beforeMs`, `limit` at most; answers how many. Older sync tokens end with them. */
  prune(beforeMs: number, limit: number): Promise<number>;
  /** How many changes `prune` would forget in all. */
  countBefore(beforeMs: number): number;
}

export const changeLogWrites = ["prune"] as const satisfies readonly (keyof ChangeLog)[];

export function createChangeLog(db: SqliteDatabase, commits: CommitQueue): ChangeLog {
  const sql = {
    // Only the beginning of the log may go: one clock that was ahead must not tear holes into it.
    end: db.prepare<[{ beforeMs: number; limit: number }], { seq: number | null }>(
      `WITH oldest AS (SELECT seq, at_ms FROM changes ORDER BY seq LIMIT @limit)
       SELECT ifnull((SELECT min(seq) - 1 FROM oldest WHERE at_ms >= @beforeMs), (SELECT max(seq) FROM oldest)) AS seq`,
    ),
    count: db.prepare<[number], { count: number }>("SELECT count(*) AS count FROM changes WHERE seq <= ?"),
    note: db.prepare<[{ end: number }]>(
      `UPDATE owners SET pruned_seq = (SELECT max(seq) FROM changes WHERE owner = owners.id AND seq <= @end)
       WHERE id IN (SELECT owner FROM changes WHERE seq <= @end)`,
    ),
    drop: db.prepare<[number]>("DELETE FROM changes WHERE seq <= ?"),
  };
  const endOf = (beforeMs: number, limit: number) => sql.end.get({ beforeMs, limit })?.seq ?? 0;
  return {
    prune: (beforeMs, limit) =>
      commits.run(
        () => {
          const end = endOf(beforeMs, limit);
          sql.note.run({ end });
          return sql.drop.run(end).changes;
        },
        { usesReserve: true },
      ),
    countBefore: (beforeMs) => sql.count.get(endOf(beforeMs, Number.MAX_SAFE_INTEGER))?.count ?? 0,
  };
}
