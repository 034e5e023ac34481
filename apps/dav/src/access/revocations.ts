import { ReliteError } from "@relite/core/errors";
import type { RevocationQuery } from "@relite/core/ucan";
import { rememberAccess } from "../storage/access-memory.ts";
import type { CommitQueue } from "../storage/commit-queue.ts";
import type { SqliteDatabase } from "../storage/open-database.ts";

/** A token that is refused from the next request on, until it would have ended by itself. */
export interface RevokedToken {
  /** SHA-256 of `header.payload`, hexadecimal. */
  readonly tokenId: string;
  readonly cid: string;
  /** The DID that revoked it, or `administrator`. */
  readonly issuer: string;
  readonly createdMs: number;
  readonly expiresMs: number;
}

export type NewRevocation = Omit<RevokedToken, "createdMs"> & {
  readonly owner: number;
  readonly challenge: string | null;
};

/** A key that no chain of its owner may hold any more. */
export interface LostDevice {
  readonly did: string;
  readonly lostBy: string;
  readonly createdMs: number;
}

export interface Revocations {
  /** Asked on every request; right as of the last commit of whatever process. */
  isRevoked(query: RevocationQuery): boolean;
  list(owner: number): readonly RevokedToken[];
  lostDevices(owner: number): readonly LostDevice[];
  /** False when the token is revoked already. */
  add(revocation: NewRevocation): Promise<boolean>;
  /** Refuses every chain of this owner with the key in it. `forbidden` for the owner's own key; false when it was lost already. */
  loseDevice(owner: number, did: string, lostBy: string): Promise<boolean>;
  /** Takes `loseDevice` back; false when the key was not lost. */
  findDevice(owner: number, did: string): Promise<boolean>;
  /** Forgets tokens that ended before a time. */
  sweep(beforeMs: number): Promise<number>;
}

export const revocationsWrites = [
  "add",
  "loseDevice",
  "findDevice",
  "sweep",
] as const satisfies readonly (keyof Revocations)[];

const maxPerOwner = 10_000;
const maxRemembered = 8_192;

interface TokenRow {
  readonly token_id: string;
  readonly cid: string;
  readonly issuer: string;
  readonly created_ms: number;
  readonly expires_ms: number;
}

interface DeviceRow {
  readonly did: string;
  readonly lost_by: string;
  readonly created_ms: number;
}

export function createRevocations(
  db: SqliteDatabase,
  commits: CommitQueue,
  nowMs: () => number,
): Revocations {
  const sql = prepare(db);
  const remember = rememberAccess<boolean>(db, maxRemembered);
  const look = ({ rootDid, tokenIds, issuerDids }: RevocationQuery): boolean =>
    tokenIds.some((id) => sql.token.get(id) !== 0) ||
    issuerDids.some((did) => sql.device.get(rootDid, did) !== 0);
  const refuseFull = (count: number | undefined) => {
    if ((count ?? 0) < maxPerOwner) return;
    throw new ReliteError("insufficient_storage", "Too much was revoked", { reason: "too_many_revocations" });
  };
  return {
    // A token's id settles its whole chain.
    isRevoked: (query) => remember(query.tokenIds[0] ?? "", () => look(query)),
    list: (owner) => sql.list.all(owner).map(toRevokedToken),
    lostDevices: (owner) =>
      sql.devices.all(owner).map((row) => ({
        did: row.did,
        lostBy: row.lost_by,
        createdMs: row.created_ms,
      })),
    add: (revocation) =>
      commits.run(
        () => {
          refuseFull(sql.tokenCount.get(revocation.owner)?.count);
          return sql.insert.run({ ...revocation, createdMs: nowMs() }).changes > 0;
        },
        { usesReserve: true },
      ),
    loseDevice: (owner, did, lostBy) =>
      commits.run(
        () => {
          if (sql.ownKey.get(owner, did) !== undefined) {
            throw new ReliteError("forbidden", "This is the owner's own key", { reason: "owner_key" });
          }
          refuseFull(sql.deviceCount.get(owner)?.count);
          return sql.lose.run(owner, did, lostBy, nowMs()).changes > 0;
        },
        { usesReserve: true },
      ),
    findDevice: (owner, did) => commits.run(() => sql.find.run(owner, did).changes > 0),
    sweep: (beforeMs) => commits.run(() => sql.sweep.run(beforeMs).changes),
  };
}

function prepare(db: SqliteDatabase) {
  return {
    // Always a row: a thread that is being ended may get none, which then counts as revoked.
    token: db
      .prepare<[string], 0 | 1>("SELECT EXISTS (SELECT 1 FROM revocations WHERE token_id = ?)")
      .pluck(),
    device: db
      .prepare<[string, string], 0 | 1>(
        `SELECT EXISTS (SELECT 1 FROM owner_dids JOIN lost_devices ON lost_devices.owner = owner_dids.owner
         WHERE owner_dids.did = ? AND lost_devices.did = ?)`,
      )
      .pluck(),
    ownKey: db.prepare<[number, string], { one: 1 }>(
      "SELECT 1 AS one FROM owner_dids WHERE owner = ? AND did = ?",
    ),
    list: db.prepare<[number], TokenRow>(
      "SELECT * FROM revocations WHERE owner = ? ORDER BY created_ms DESC, token_id",
    ),
    devices: db.prepare<[number], DeviceRow>(
      "SELECT * FROM lost_devices WHERE owner = ? ORDER BY created_ms DESC, did",
    ),
    tokenCount: db.prepare<[number], { count: number }>(
      "SELECT count(*) AS count FROM revocations WHERE owner = ?",
    ),
    deviceCount: db.prepare<[number], { count: number }>(
      "SELECT count(*) AS count FROM lost_devices WHERE owner = ?",
    ),
    insert: db.prepare<[NewRevocation & { createdMs: number }]>(
      `INSERT INTO revocations (token_id, owner, issuer, challenge, cid, created_ms, expires_ms)
       VALUES (@tokenId, @owner, @issuer, @challenge, @cid, @createdMs, @expiresMs) ON CONFLICT DO NOTHING`,
    ),
    lose: db.prepare<[number, string, string, number]>(
      "INSERT INTO lost_devices (owner, did, lost_by, created_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
    ),
    find: db.prepare<[number, string]>("DELETE FROM lost_devices WHERE owner = ? AND did = ?"),
    sweep: db.prepare<[number]>("DELETE FROM revocations WHERE expires_ms < ?"),
  };
}

function toRevokedToken(row: TokenRow): RevokedToken {
  const { token_id: tokenId, cid, issuer, created_ms: createdMs, expires_ms: expiresMs } = row;
  return { tokenId, cid, issuer, createdMs, expiresMs };
}
