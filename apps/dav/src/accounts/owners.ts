import { ReliteError } from "@relite/core/errors";
import { rememberAccess } from "../storage/access-memory.ts";
import type { CommitQueue } from "../storage/commit-queue.ts";
import type { SqliteDatabase } from "../storage/open-database.ts";

export interface OwnerRecord {
  readonly id: number;
  readonly dids: readonly string[];
  /** Who it is, as the invitation said. */
  readonly label: string | null;
  readonly isAdmin: boolean;
  readonly quotaBytes: number | null;
  readonly usedBytes: number;
  readonly createdMs: number;
  /** The last request that was let through, to about a minute; null: none yet. */
  readonly seenMs: number | null;
  readonly disabledMs: number | null;
}

/** What an administrator changes of an owner; what is left out stays. */
export interface OwnerChange {
  readonly quotaBytes?: number | null;
  readonly isDisabled?: boolean;
  readonly isAdmin?: boolean;
}

/** Who may root a token here. An owner may hold several DIDs; all lead to the same storage. */
export interface Owners {
  /** Asked on every request: a DID's owner id, or null for an outsider. Throws `forbidden`/`owner_disabled` while disabled. */
  idOf(did: string): number | null;
  /** Stays so when the last owner is removed: from then on only the command line adds one. */
  isClaimed(): boolean;
  isAdmin(id: number): boolean;
  list(): readonly OwnerRecord[];
  /** Enrols a DID with a quota in bytes (null: unlimited); the first is the administrator. `conflict` when it is enrolled already. */
  add(did: string, quotaBytes: number | null): Promise<void>;
  /** Enrols the first owner; `conflict` once there is one. */
  claim(did: string, quotaBytes: number | null): Promise<void>;
  /** Takes effect on the next request; files stay. `not_found` for a DID that is not enrolled. */
  change(did: string, change: OwnerChange): Promise<void>;
  /** Notes that an owner was here; writes once in about a minute. */
  noteSeen(id: number): Promise<void>;
}

export const ownerWrites = [
  "add",
  "claim",
  "change",
  "noteSeen",
] as const satisfies readonly (keyof Owners)[];

interface OwnerRow {
  readonly id: number;
  readonly label: string | null;
  readonly admin: number;
  readonly quota_bytes: number | null;
  readonly used_bytes: number;
  readonly created_ms: number;
  readonly seen_ms: number | null;
  readonly disabled_ms: number | null;
}

/** How an owner came in. */
export interface Enrolment {
  readonly did: string;
  readonly quotaBytes: number | null;
  readonly label: string | null;
  readonly joined: "open" | null;
}

export function createOwners(db: SqliteDatabase, commits: CommitQueue, nowMs: () => number): Owners {
  const sql = prepare(db);
  const rememberOwner = rememberAccess<ReturnType<typeof sql.idOf.get>>(db, 10_000);
  const enrol = createEnrol(db, nowMs);

  function change(did: string, { quotaBytes, isDisabled, isAdmin }: OwnerChange): void {
    const owner = sql.idOf.get(did)?.owner;
    if (owner === undefined) throw new ReliteError("not_found", "This DID is not enrolled");
    if (quotaBytes !== undefined) sql.setQuota.run(quotaBytes, owner);
    if (isAdmin !== undefined) sql.setAdmin.run(isAdmin ? 1 : 0, owner);
    if (isDisabled === true) sql.disable.run(nowMs(), owner);
    if (isDisabled === false) sql.enable.run(owner);
  }

  return {
    idOf: (did) => {
      const found = rememberOwner(did, () => sql.idOf.get(did));
      if (found === undefined) return null;
      if (found.disabled_ms !== null) throw ownerDisabled();
      return found.owner;
    },
    isClaimed: () => sql.any.get() !== undefined,
    isAdmin: (id) => sql.admin.get(id) !== undefined,
    list: () =>
      sql.all.all().map((row) =>
        rowToRecord(
          row,
          sql.dids.all(row.id).map(({ did }) => did),
        ),
      ),
    add: (did, quotaBytes) => commits.run(() => void enrol({ did, quotaBytes, label: null, joined: null })),
    claim: (did, quotaBytes) =>
      commits.run(() => {
        if (sql.any.get() !== undefined) {
          throw new ReliteError("conflict", "This server has its owner already", {
            reason: "already_claimed",
          });
        }
        enrol({ did, quotaBytes, label: null, joined: null });
      }),
    change: (did, wanted) => commits.run(() => change(did, wanted)),
    noteSeen: (id) => commits.run(() => void sql.seen.run(nowMs(), id)),
  };
}

/** Enrolling, inside a transaction; answers the new owner's id. `conflict` when the DID is enrolled already. */
export function createEnrol(db: SqliteDatabase, nowMs: () => number): (enrolment: Enrolment) => number {
  const known = db.prepare<[string]>("SELECT 1 FROM owner_dids WHERE did = ?");
  const insert = db.prepare<[Enrolment & { readonly atMs: number }]>(
    `INSERT INTO owners (quota_bytes, created_ms, label, joined, admin)
     VALUES (@quotaBytes, @atMs, @label, @joined, NOT EXISTS (SELECT 1 FROM owners WHERE removed_ms IS NULL))`,
  );
  const bind = db.prepare<[string, number, number]>(
    "INSERT INTO owner_dids (did, owner, created_ms) VALUES (?, ?, ?)",
  );
  const takeOver = createRevokedTakeOver(db);
  return (enrolment) => {
    if (known.get(enrolment.did) !== undefined) {
      throw new ReliteError("conflict", "This DID is enrolled already", { reason: "already_enrolled" });
    }
    const id = Number(insert.run({ ...enrolment, atMs: nowMs() }).lastInsertRowid);
    bind.run(enrolment.did, id, nowMs());
    takeOver(enrolment.did, id);
    return id;
  };
}

/** A key that was removed and comes again starts empty, but what was revoked or lost under it stays so. */
function createRevokedTakeOver(db: SqliteDatabase): (did: string, owner: number) => void {
  const tokens = db.prepare<[number, string]>(
    "UPDATE revocations SET owner = ? WHERE owner IN (SELECT owner FROM removed_dids WHERE did = ?)",
  );
  // A copy: another key of the same former owner may come again, too.
  const devices = db.prepare<[number, string]>(
    `INSERT INTO lost_devices (owner, did, lost_by, created_ms)
     SELECT ?, did, lost_by, created_ms FROM lost_devices
     WHERE owner IN (SELECT owner FROM removed_dids WHERE did = ?) ON CONFLICT DO NOTHING`,
  );
  return (did, owner) => {
    tokens.run(owner, did);
    devices.run(owner, did);
  };
}

function prepare(db: SqliteDatabase) {
  return {
    idOf: db.prepare<[string], { owner: number; disabled_ms: number | null }>(
      `SELECT owner_dids.owner, owners.disabled_ms FROM owner_dids JOIN owners ON owners.id = owner_dids.owner
       WHERE did = ?`,
    ),
    any: db.prepare<[], { id: number }>("SELECT id FROM owners LIMIT 1"),
    admin: db.prepare<[number]>("SELECT 1 FROM owners WHERE id = ? AND admin = 1"),
    all: db.prepare<[], OwnerRow>("SELECT * FROM owners WHERE removed_ms IS NULL ORDER BY id"),
    dids: db.prepare<[number], { did: string }>(
      "SELECT did FROM owner_dids WHERE owner = ? ORDER BY created_ms, did",
    ),
    setQuota: db.prepare<[number | null, number]>("UPDATE owners SET quota_bytes = ? WHERE id = ?"),
    setAdmin: db.prepare<[number, number]>("UPDATE owners SET admin = ? WHERE id = ?"),
    disable: db.prepare<[number, number]>(
      "UPDATE owners SET disabled_ms = ifnull(disabled_ms, ?) WHERE id = ?",
    ),
    enable: db.prepare<[number]>("UPDATE owners SET disabled_ms = NULL WHERE id = ?"),
    seen: db.prepare<[number, number]>("UPDATE owners SET seen_ms = ? WHERE id = ?"),
  };
}

function rowToRecord(row: OwnerRow, dids: readonly string[]): OwnerRecord {
  return {
    id: row.id,
    dids,
    label: row.label,
    isAdmin: row.admin === 1,
    quotaBytes: row.quota_bytes,
    usedBytes: row.used_bytes,
    createdMs: row.created_ms,
    seenMs: row.seen_ms,
    disabledMs: row.disabled_ms,
  };
}

function ownerDisabled(): ReliteError {
  return new ReliteError("forbidden", "The administrator of this server has disabled this account", {
    reason: "owner_disabled",
  });
}
