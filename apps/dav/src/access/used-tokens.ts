import { ReliteError } from "@relite/core/errors";
import type { CommitQueue } from "../storage/commit-queue.ts";
import type { SqliteDatabase } from "../storage/open-database.ts";

/** Tokens that may be used once, and were. */
export interface UsedTokens {
  /** On the disk when it resolves; false when it was used before, on whichever thread. `insufficient_storage` beyond 10,000 of one owner. */
  spend(token: UsedToken): Promise<boolean>;
}

interface UsedToken {
  readonly tokenId: string;
  readonly owner: number;
  readonly expiresMs: number;
}

export const usedTokenWrites = ["spend"] as const satisfies readonly (keyof UsedTokens)[];

const maxPerOwner = 10_000;
/** A clock that is set back by less makes no used token fresh. */
const keptAfterEndMs = 30 * 86_400_000;

export function createUsedTokens(db: SqliteDatabase, commits: CommitQueue, nowMs: () => number): UsedTokens {
  const sql = {
    count: db.prepare<[number], { count: number }>(
      "SELECT count(*) AS count FROM used_tokens WHERE owner = ?",
    ),
    sweep: db.prepare<[number, number]>("DELETE FROM used_tokens WHERE owner = ? AND expires_ms < ?"),
    spend: db.prepare<[UsedToken]>(
      "INSERT INTO used_tokens (token_id, owner, expires_ms) VALUES (@tokenId, @owner, @expiresMs) ON CONFLICT DO NOTHING",
    ),
  };
  const spend = (token: UsedToken): boolean => {
    sql.sweep.run(token.owner, nowMs() - keptAfterEndMs);
    if ((sql.count.get(token.owner)?.count ?? 0) >= maxPerOwner) {
      throw new ReliteError("insufficient_storage", "Too many one-shot tokens were used", {
        reason: "too_many_used_tokens",
      });
    }
    return sql.spend.run(token).changes > 0;
  };
  // What it is for (a revocation) must not wait for room on the disk.
  return { spend: (token) => commits.run(() => spend(token), { usesReserve: true }) };
}
