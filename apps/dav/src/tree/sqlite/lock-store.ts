import type { SqliteDatabase } from "../../storage/open-database.ts";
import type { LockRequest } from "../locks.ts";

/** A row of `locks` as SQLite gives it. */
export interface LockRow {
  readonly token: string;
  readonly owner: number;
  readonly node: number;
  readonly principal: string;
  readonly shared: number;
  readonly deep: number;
  readonly owner_xml: string | null;
  readonly expires_ms: number;
}

/** Lock rows. What has run out is never answered, and swept when a new lock is taken; locks end with their node. */
export function createLockStore(db: SqliteDatabase, nowMs: () => number) {
  const sql = {
    live: db.prepare<[number, number], LockRow>("SELECT * FROM locks WHERE owner = ? AND expires_ms > ?"),
    sweep: db.prepare<[number]>("DELETE FROM locks WHERE expires_ms <= ?"),
    insert: db.prepare<[LockRow]>(
      `INSERT INTO locks (token, owner, node, principal, shared, deep, owner_xml, expires_ms)
       VALUES (@token, @owner, @node, @principal, @shared, @deep, @owner_xml, @expires_ms)`,
    ),
    extend: db.prepare<[number, string]>("UPDATE locks SET expires_ms = ? WHERE token = ?"),
    drop: db.prepare<[string]>("DELETE FROM locks WHERE token = ?"),
  };
  return {
    liveOf: (owner: number): readonly LockRow[] => sql.live.all(owner, nowMs()),
    sweep(): void {
      sql.sweep.run(nowMs());
    },
    take(owner: number, node: number, request: LockRequest): LockRow {
      const { token, principal, ownerXml } = request;
      const row: LockRow = {
        token,
        owner,
        node,
        principal,
        shared: request.shared ? 1 : 0,
        deep: request.deep ? 1 : 0,
        owner_xml: ownerXml,
        expires_ms: nowMs() + request.timeoutMs,
      };
      sql.insert.run(row);
      return row;
    },
    extend(row: LockRow, timeoutMs: number): LockRow {
      const extended = { ...row, expires_ms: nowMs() + timeoutMs };
      sql.extend.run(extended.expires_ms, row.token);
      return extended;
    },
    drop(row: LockRow): void {
      sql.drop.run(row.token);
    },
    /** Puts locks that ended with a replaced node on the one that stands in its place. */
    restore(rows: readonly LockRow[], node: number): void {
      for (const row of rows) sql.insert.run({ ...row, node });
    },
  };
}
