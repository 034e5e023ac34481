import type { SqliteDatabase } from "../storage/open-database.ts";
import type { LedgerEntry } from "./ledger-entries.ts";

type Closed = "tokens" | "devices" | "credentials" | "owners";

/**
 * Closes in a database what an entry says is closed; answers what was open until now, or null. Owners this database
 * never had get the row of one who was removed, so that what was closed for their keys holds when they come.
 */
export function mergeEntry(db: SqliteDatabase, nowMs: number): (entry: LedgerEntry) => Closed | null {
  const sql = prepare(db);

  function ownerFor(did: string): number {
    const known = sql.owner.get({ did })?.owner ?? null;
    if (known !== null) return known;
    const owner = Number(sql.strangerGone.run({ nowMs }).lastInsertRowid);
    sql.strangerDid.run(did, owner);
    return owner;
  }

  return (entry) => {
    switch (entry.what) {
      case "token-revoked": {
        if (sql.token.get(entry.tokenId) !== undefined) return null;
        sql.revoke.run({ ...entry, owner: ownerFor(entry.owner) });
        return "tokens";
      }
      case "device-lost": {
        const { did, by, atMs } = entry;
        const { changes } = sql.lose.run({ owner: ownerFor(entry.owner), did, by, atMs });
        return changes > 0 ? "devices" : null;
      }
      case "credential-revoked":
        return sql.revokeCredential.run(entry).changes > 0 ? "credentials" : null;
      case "owner-disabled":
      case "owner-removed":
        return sql.disable.run({ atMs: entry.atMs, did: entry.owner }).changes > 0 ? "owners" : null;
      default:
        return null;
    }
  };
}

function prepare(db: SqliteDatabase) {
  return {
    owner: db.prepare<[{ did: string }], { owner: number | null }>(
      `SELECT ifnull((SELECT owner FROM owner_dids WHERE did = @did),
         (SELECT max(owner) FROM removed_dids WHERE did = @did)) AS owner`,
    ),
    strangerGone: db.prepare<[{ nowMs: number }]>(
      "INSERT INTO owners (created_ms, disabled_ms, removed_ms, emptied_ms) VALUES (@nowMs, @nowMs, @nowMs, @nowMs)",
    ),
    strangerDid: db.prepare<[string, number]>("INSERT INTO removed_dids (did, owner) VALUES (?, ?)"),
    token: db.prepare<[string]>("SELECT 1 FROM revocations WHERE token_id = ?"),
    revoke: db.prepare(
      `INSERT INTO revocations (token_id, owner, issuer, challenge, cid, created_ms, expires_ms)
       VALUES (@tokenId, @owner, @issuer, @challenge, @cid, @createdMs, @expiresMs)`,
    ),
    lose: db.prepare<[{ owner: number; did: string; by: string; atMs: number }]>(
      `INSERT INTO lost_devices (owner, did, lost_by, created_ms) VALUES (@owner, @did, @by, @atMs)
       ON CONFLICT DO NOTHING`,
    ),
    revokeCredential: db.prepare<[{ atMs: number; tokenId: string }]>(
      "UPDATE credentials SET revoked_ms = @atMs, token = '' WHERE token_id = @tokenId AND revoked_ms IS NULL",
    ),
    disable: db.prepare<[{ atMs: number; did: string }]>(
      `UPDATE owners SET disabled_ms = @atMs
       WHERE id = (SELECT owner FROM owner_dids WHERE did = @did) AND disabled_ms IS NULL`,
    ),
  };
}
