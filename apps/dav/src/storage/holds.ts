import type { CommitQueue } from "./commit-queue.ts";
import type { SqliteDatabase } from "./open-database.ts";

/**
 * Holds keep what a long reading command (export, backup) still has to read: content that was let go after a hold was
 * taken is not collected while it stands. One that is not renewed, because its process died, ends by itself.
 */
export interface Holds {
  /** Takes or renews a hold for `forMs`; it begins when it was taken first. */
  keep(id: string, forMs: number): Promise<void>;
  release(id: string): Promise<void>;
  count(): number;
}

export const holdWrites = ["keep", "release"] as const satisfies readonly (keyof Holds)[];

export function createHolds(db: SqliteDatabase, commits: CommitQueue, nowMs: () => number): Holds {
  const sql = {
    keep: db.prepare<[string, number, number]>(
      `INSERT INTO holds (id, since_ms, until_ms) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET until_ms = excluded.until_ms`,
    ),
    release: db.prepare<[string, number]>("DELETE FROM holds WHERE id = ? OR until_ms <= ?"),
    count: db.prepare<[number], { count: number }>("SELECT count(*) AS count FROM holds WHERE until_ms > ?"),
  };
  return {
    keep: (id, forMs) => commits.run(() => void sql.keep.run(id, nowMs(), nowMs() + forMs)),
    release: (id) => commits.run(() => void sql.release.run(id, nowMs())),
    count: () => sql.count.get(nowMs())?.count ?? 0,
  };
}
