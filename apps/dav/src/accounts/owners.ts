import { ReliteError } from "@relite/core/errors";
import type { CommitQueue } from "../storage/commit-queue.ts";
import type { SqliteDatabase } from "../storage/open-database.ts";

export interface OwnerRecord {
  readonly id: number;
  readonly dids: readonly string[];
  readonly quotaBytes: number | null;
  readonly usedBytes: number;
  readonly createdMs: number;
}

/** Who may root a token here. An owner may hold several DIDs; all lead to the same storage. */
export interface Owners {
  /** Asked on every request: a DID's owner id, or null for an outsider. */
  idOf(did: string): number | null;
  isClaimed(): boolean;
  list(): readonly OwnerRecord[];
  /** Enrols a DID with a quota in bytes (null: unlimited); `conflict` when it is enrolled already. */
  add(did: string, quotaBytes: number | null): Promise<void>;
  /** Enrols the first owner; `conflict` once there is one. */
  claim(did: string, quotaBytes: number | null): Promise<void>;
}

interface OwnerRow {
  readonly id: number;
  readonly quota_bytes: number | null;
  readonly used_bytes: number;
  readonly created_ms: number;
}

export function createOwners(db: SqliteDatabase, commits: CommitQueue, nowMs: () => number): Owners {
  const sql = {
    idOf: db.prepare<[string], { owner: number }>("SELECT owner FROM owner_dids WHERE did = ?"),
    any: db.prepare<[], { id: number }>("SELECT id FROM owners LIMIT 1"),
    all: db.prepare<[], OwnerRow>("SELECT id, quota_bytes, used_bytes, created_ms FROM owners ORDER BY id"),
    dids: db.prepare<[number], { did: string }>(
      "SELECT did FROM owner_dids WHERE owner = ? ORDER BY created_ms, did",
    ),
    insert: db.prepare<[number | null, number]>("INSERT INTO owners (quota_bytes, created_ms) VALUES (?, ?)"),
    bind: db.prepare<[string, number, number]>(
      "INSERT INTO owner_dids (did, owner, created_ms) VALUES (?, ?, ?)",
    ),
  };

  function enrol(did: string, quotaBytes: number | null): void {
    if (sql.idOf.get(did) !== undefined) {
      throw new ReliteError("conflict", "This DID is enrolled already", { reason: "already_enrolled" });
    }
    const id = Number(sql.insert.run(quotaBytes, nowMs()).lastInsertRowid);
    sql.bind.run(did, id, nowMs());
  }

  return {
    idOf: (did) => sql.idOf.get(did)?.owner ?? null,
    isClaimed: () => sql.any.get() !== undefined,
    list: () =>
      sql.all.all().map((row) => ({
        id: row.id,
        dids: sql.dids.all(row.id).map(({ did }) => did),
        quotaBytes: row.quota_bytes,
        usedBytes: row.used_bytes,
        createdMs: row.created_ms,
      })),
    add: (did, quotaBytes) => commits.run(() => enrol(did, quotaBytes)),
    claim: (did, quotaBytes) =>
      commits.run(() => {
        if (sql.any.get() !== undefined) {
          throw new ReliteError("conflict", "This server has its owner already", {
            reason: "already_claimed",
          });
        }
        enrol(did, quotaBytes);
      }),
  };
}
