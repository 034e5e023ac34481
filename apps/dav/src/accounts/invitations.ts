import { ReliteError } from "@relite/core/errors";
import type { CommitQueue } from "../storage/commit-queue.ts";
import type { SqliteDatabase } from "../storage/open-database.ts";
import { createEnrol, type Enrolment } from "./owners.ts";

/** What may be shown of an invitation; of its code only a hash is kept. */
export interface Invitation {
  readonly id: string;
  readonly label: string | null;
  /** What the new owner may store; null: what new owners get by default. */
  readonly quotaBytes: number | null;
  readonly createdMs: number;
  readonly expiresMs: number;
  readonly revokedMs: number | null;
  readonly usedMs: number | null;
  /** Who came in by it. */
  readonly usedByDid: string | null;
}

export type InvitationState = "open" | "used" | "revoked" | "expired";

export interface NewInvitation {
  readonly id: string;
  /** SHA-256 of the code, made by `hashInvitationCode`. */
  readonly codeHash: string;
  readonly label: string | null;
  readonly quotaBytes: number | null;
  readonly expiresMs: number;
  /** The owner who invites; null: the command line. */
  readonly madeBy: number | null;
}

/** What a newcomer gets at most, decided by the settings. */
export interface JoinLimits {
  readonly defaultQuotaBytes: number | null;
  readonly maxOwners: number;
}

/** Places for owners to come. Each write is one transaction. */
export interface Invitations {
  /** `conflict` when the code or the id is in use, `insufficient_storage` with too many open ones. */
  create(invitation: NewInvitation): Promise<void>;
  /** The newest first, a thousand at most. */
  list(): readonly Invitation[];
  /** False when it is not there, used, or revoked before. */
  revoke(id: string): Promise<boolean>;
  /** What has become of the invitation with this code; `unknown` when there is none. */
  stateOf(codeHash: string): InvitationState | "unknown";
  /** Uses an invitation and enrols the key, both or neither: `forbidden`/`invitation_…`, `conflict`/`already_enrolled`, `forbidden`/`owners_full`. */
  accept(codeHash: string, did: string, limits: JoinLimits): Promise<void>;
  /** Enrols without an invitation, sixty an hour at most: `rate_limited`, `conflict`/`already_enrolled`, `forbidden`/`owners_full`. */
  joinOpen(did: string, limits: JoinLimits): Promise<void>;
}

export const invitationWrites = [
  "create",
  "revoke",
  "accept",
  "joinOpen",
] as const satisfies readonly (keyof Invitations)[];

interface InvitationRow {
  readonly id: string;
  readonly label: string | null;
  readonly quota_bytes: number | null;
  readonly created_ms: number;
  readonly expires_ms: number;
  readonly revoked_ms: number | null;
  readonly used_ms: number | null;
  readonly used_by_did: string | null;
}

const maxOpen = 1_000;
const openJoinsPerHour = 60;
const hourMs = 3_600_000;

export function createInvitations(
  db: SqliteDatabase,
  commits: CommitQueue,
  nowMs: () => number,
): Invitations {
  const sql = prepare(db);
  const enrol = createEnrol(db, nowMs);

  function create(invitation: NewInvitation): void {
    const atMs = nowMs();
    if ((sql.countOpen.get(atMs)?.count ?? 0) >= maxOpen) {
      throw new ReliteError("insufficient_storage", "Too many open invitations", {
        reason: "too_many_invitations",
      });
    }
    if (sql.taken.get(invitation.codeHash, invitation.id) !== undefined) {
      throw new ReliteError("conflict", "This code or id is in use already", { reason: "code_taken" });
    }
    sql.insert.run({ ...invitation, atMs });
  }

  function accept(codeHash: string, did: string, limits: JoinLimits): void {
    const row = sql.byHash.get(codeHash);
    checkNewcomer(did, limits);
    const state = row === undefined ? "unknown" : stateOfRow(row, nowMs());
    if (row === undefined || state !== "open") throw invitationRefused(state);
    const quotaBytes = row.quota_bytes ?? limits.defaultQuotaBytes;
    const owner = enrol({ did, quotaBytes, label: row.label, joined: null });
    sql.use.run(nowMs(), owner, row.id);
  }

  function joinOpen(did: string, limits: JoinLimits): void {
    checkNewcomer(did, limits);
    if ((sql.countJoined.get(nowMs() - hourMs)?.count ?? 0) >= openJoinsPerHour) {
      throw new ReliteError("rate_limited", "Too many people joined within the hour", {
        reason: "too_many_joins",
        details: { retryAfterSec: 600 },
      });
    }
    const newcomer: Enrolment = { did, quotaBytes: limits.defaultQuotaBytes, label: null, joined: "open" };
    enrol(newcomer);
  }

  function checkNewcomer(did: string, { maxOwners }: JoinLimits): void {
    if (sql.known.get(did) !== undefined) {
      throw new ReliteError("conflict", "This DID is enrolled already", { reason: "already_enrolled" });
    }
    const count = sql.countOwners.get()?.count ?? 0;
    // Whoever is first is the administrator: that is for the setup code to decide.
    if (count === 0)
      throw new ReliteError("conflict", "This server has no owner yet", { reason: "unclaimed" });
    if (count >= maxOwners) {
      throw new ReliteError("forbidden", "This server takes no more owners", { reason: "owners_full" });
    }
  }

  return {
    create: (invitation) => commits.run(() => create(invitation)),
    list: () => sql.list.all().map(rowToInvitation),
    revoke: (id) => commits.run(() => sql.revoke.run(nowMs(), id).changes === 1),
    stateOf: (codeHash) => {
      const row = sql.byHash.get(codeHash);
      return row === undefined ? "unknown" : stateOfRow(row, nowMs());
    },
    accept: (codeHash, did, limits) => commits.run(() => accept(codeHash, did, limits)),
    joinOpen: (did, limits) => commits.run(() => joinOpen(did, limits)),
  };
}

/** Used wins over revoked, both over time. */
export function invitationState(invitation: Invitation, nowMs: number): InvitationState {
  if (invitation.usedMs !== null) return "used";
  if (invitation.revokedMs !== null) return "revoked";
  return invitation.expiresMs <= nowMs ? "expired" : "open";
}

/** An invitation as every answer shows it; times in ISO 8601. */
export function invitationToJson(invitation: Invitation, nowMs: number) {
  const { id, label, quotaBytes, usedByDid } = invitation;
  return {
    id,
    label,
    quotaBytes,
    state: invitationState(invitation, nowMs),
    createdAt: new Date(invitation.createdMs).toISOString(),
    expiresAt: new Date(invitation.expiresMs).toISOString(),
    usedBy: usedByDid,
  };
}

export function invitationRefused(state: InvitationState | "unknown"): ReliteError {
  return new ReliteError("forbidden", `The invitation is ${state}`, { reason: `invitation_${state}` });
}

function stateOfRow(row: InvitationRow, nowMs: number): InvitationState {
  return invitationState(rowToInvitation(row), nowMs);
}

function prepare(db: SqliteDatabase) {
  const columns = `invitations.*, (SELECT did FROM owner_dids WHERE owner = invitations.used_by LIMIT 1) AS used_by_did`;
  return {
    byHash: db.prepare<[string], InvitationRow>(`SELECT ${columns} FROM invitations WHERE code_hash = ?`),
    list: db.prepare<[], InvitationRow>(
      `SELECT ${columns} FROM invitations ORDER BY created_ms DESC, id LIMIT ${maxOpen}`,
    ),
    countOpen: db.prepare<[number], { count: number }>(
      `SELECT count(*) AS count FROM invitations
       WHERE used_ms IS NULL AND revoked_ms IS NULL AND expires_ms > ?`,
    ),
    taken: db.prepare<[string, string]>("SELECT 1 FROM invitations WHERE code_hash = ? OR id = ?"),
    insert: db.prepare<[NewInvitation & { readonly atMs: number }]>(
      `INSERT INTO invitations (id, code_hash, label, quota_bytes, made_by, created_ms, expires_ms)
       VALUES (@id, @codeHash, @label, @quotaBytes, @madeBy, @atMs, @expiresMs)`,
    ),
    revoke: db.prepare<[number, string]>(
      "UPDATE invitations SET revoked_ms = ? WHERE id = ? AND revoked_ms IS NULL AND used_ms IS NULL",
    ),
    use: db.prepare<[number, number, string]>("UPDATE invitations SET used_ms = ?, used_by = ? WHERE id = ?"),
    known: db.prepare<[string]>("SELECT 1 FROM owner_dids WHERE did = ?"),
    countOwners: db.prepare<[], { count: number }>(
      "SELECT count(*) AS count FROM owners WHERE removed_ms IS NULL",
    ),
    countJoined: db.prepare<[number], { count: number }>(
      "SELECT count(*) AS count FROM owners WHERE joined = 'open' AND created_ms > ?",
    ),
  };
}

function rowToInvitation(row: InvitationRow): Invitation {
  return {
    id: row.id,
    label: row.label,
    quotaBytes: row.quota_bytes,
    createdMs: row.created_ms,
    expiresMs: row.expires_ms,
    revokedMs: row.revoked_ms,
    usedMs: row.used_ms,
    usedByDid: row.used_by_did,
  };
}
