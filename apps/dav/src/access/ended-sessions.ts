import { ReliteError } from "@relite/core/errors";
import type { CommitQueue } from "../storage/commit-queue.ts";
import type { SqliteDatabase } from "../storage/open-database.ts";

/** Sessions that were ended before their time: each is refused from the next request on, on every thread. */
export interface EndedSessions {
  has(id: string): boolean;
  /** `insufficient_storage` beyond 10,000 of one owner that would not have ended by themselves yet. */
  end(session: EndedSession): Promise<void>;
}

export interface EndedSession {
  readonly id: string;
  readonly owner: number;
  readonly expiresMs: number;
}

export const endedSessionWrites = ["end"] as const satisfies readonly (keyof EndedSessions)[];

const maxPerOwner = 10_000;
const maxRemembered = 1_000;
/** A clock that is set back by less brings no ended session back. */
const keptAfterEndMs = 30 * 86_400_000;

export function createEndedSessions(
  db: SqliteDatabase,
  commits: CommitQueue,
  nowMs: () => number,
): EndedSessions {
  const sql = {
    has: db.prepare<[string]>("SELECT 1 FROM ended_sessions WHERE id = ?"),
    count: db.prepare<[number, number], { count: number }>(
      "SELECT count(*) AS count FROM ended_sessions WHERE owner = ? AND expires_ms > ?",
    ),
    sweep: db.prepare<[number, number]>("DELETE FROM ended_sessions WHERE owner = ? AND expires_ms < ?"),
    end: db.prepare<[EndedSession]>(
      "INSERT INTO ended_sessions (id, owner, expires_ms) VALUES (@id, @owner, @expiresMs) ON CONFLICT DO NOTHING",
    ),
  };
  const remembered = db.readMemory.remember<boolean>(maxRemembered);
  const end = (session: EndedSession): void => {
    sql.sweep.run(session.owner, nowMs() - keptAfterEndMs);
    if ((sql.count.get(session.owner, nowMs())?.count ?? 0) >= maxPerOwner) {
      throw new ReliteError("insufficient_storage", "Too many sessions were ended", {
        reason: "too_many_sessions",
      });
    }
    sql.end.run(session);
  };
  return {
    has: (id) => remembered(id, () => sql.has.get(id) !== undefined),
    // Like a revocation, it must not wait for room on the disk.
    end: (session) => commits.run(() => end(session), { usesReserve: true }),
  };
}
