import { ReliteError } from "@relite/core/errors";
import { createRefuseRemoved } from "../accounts/refuse-removed.ts";
import type { CommitQueue } from "../storage/commit-queue.ts";
import type { SqliteDatabase } from "../storage/open-database.ts";

export type CredentialKind = "app-password" | "share";

/** What is said of a credential to its owner. */
export interface CredentialFacts {
  readonly id: string;
  readonly kind: CredentialKind;
  readonly label: string;
  /** What it opens: `app:<id>/…` and `app/read` or `app/write`. */
  readonly resource: string;
  readonly action: string;
  readonly createdMs: number;
  readonly expiresMs: number;
  /** To a quarter of an hour. */
  readonly lastUsedMs: number | null;
}

/** A credential with what the door needs: the hash of its secret and the UCAN it stands for. */
export interface Credential extends CredentialFacts {
  readonly owner: number;
  /** The one it was made with: it opens no more than its own resource, and ends with it. */
  readonly parent: string | null;
  readonly secretHash: string;
  readonly token: string;
  readonly isRevoked: boolean;
}

export type NewCredential = Omit<Credential, "createdMs" | "lastUsedMs" | "isRevoked"> & {
  readonly tokenId: string;
  readonly maker: string;
};

/** App passwords and share links: a secret in somebody's hands for a UCAN that stays here. */
export interface Credentials {
  /** By its id, revoked and expired ones too. */
  find(id: string): Credential | null;
  /** The owner's, without those that were revoked or have expired; newest first. */
  list(owner: number, kind: CredentialKind): readonly CredentialFacts[];
  /** `conflict` when its UCAN is or was kept already, `insufficient_storage` beyond 1,000 of one owner. */
  add(credential: NewCredential): Promise<CredentialFacts>;
  /**
   * From the next request on it opens nothing, nor does what was made with it, and its UCAN is forgotten. False when the
   * owner has none of this id.
   */
  revoke(owner: number, kind: CredentialKind, id: string): Promise<boolean>;
  noteUse(id: string, atMs: number): Promise<void>;
  /** Drops those that ended before a time. */
  sweep(beforeMs: number): Promise<number>;
}

export const credentialsWrites = [
  "add",
  "revoke",
  "noteUse",
  "sweep",
] as const satisfies readonly (keyof Credentials)[];

const maxPerOwner = 1_000;
const maxRemembered = 1_000;

interface Row {
  readonly id: string;
  readonly owner: number;
  readonly kind: CredentialKind;
  readonly label: string;
  readonly secret_hash: string;
  readonly token: string;
  readonly resource: string;
  readonly action: string;
  readonly created_ms: number;
  readonly expires_ms: number;
  readonly last_used_ms: number | null;
  readonly revoked_ms: number | null;
  readonly parent: string | null;
}

export function createCredentials(
  db: SqliteDatabase,
  commits: CommitQueue,
  nowMs: () => number,
): Credentials {
  const sql = prepare(db);
  const remembered = db.readMemory.remember<Credential | null>(maxRemembered);
  const add = createAddCredential(db, nowMs);
  return {
    find: (id) =>
      remembered(id, () => {
        const row = sql.find.get(id);
        return row === undefined ? null : toCredential(row);
      }),
    list: (owner, kind) => sql.list.all(owner, kind, nowMs()).map(toFacts),
    add: (credential) => commits.run(() => add(credential)),
    revoke: (owner, kind, id) =>
      commits.run(() => sql.revoke.run({ owner, kind, id, nowMs: nowMs() }).changes > 0, {
        usesReserve: true,
      }),
    noteUse: (id, atMs) => commits.run(() => void sql.noteUse.run(atMs, id)),
    sweep: (beforeMs) => commits.run(() => sql.sweep.run(beforeMs).changes),
  };
}

/** Puts a credential down, within a transaction of the caller's; refuses as `Credentials.add` says. */
export function createAddCredential(
  db: SqliteDatabase,
  nowMs: () => number,
): (credential: NewCredential) => CredentialFacts {
  const sql = prepareAdding(db);
  const refuseRemoved = createRefuseRemoved(db);
  return (credential) => {
    refuseRemoved(credential.owner);
    if (sql.byToken.get(credential.tokenId) !== undefined) {
      throw new ReliteError("conflict", "This token is or was kept already", { reason: "replayed" });
    }
    if ((sql.count.get(credential.owner)?.count ?? 0) >= maxPerOwner) {
      throw new ReliteError("insufficient_storage", "There are too many app passwords and shares", {
        reason: "too_many_credentials",
      });
    }
    const createdMs = nowMs();
    sql.insert.run({ ...credential, createdMs });
    const { id, kind, label, resource, action, expiresMs } = credential;
    return { id, kind, label, resource, action, createdMs, expiresMs, lastUsedMs: null };
  };
}

function prepareAdding(db: SqliteDatabase) {
  return {
    byToken: db.prepare<[string], { id: string }>("SELECT id FROM credentials WHERE token_id = ?"),
    count: db.prepare<[number], { count: number }>(
      "SELECT count(*) AS count FROM credentials WHERE owner = ?",
    ),
    insert: db.prepare<[NewCredential & { createdMs: number }]>(
      `INSERT INTO credentials (id, owner, kind, label, secret_hash, token, token_id, resource, action, maker, created_ms, expires_ms, parent)
       VALUES (@id, @owner, @kind, @label, @secretHash, @token, @tokenId, @resource, @action, @maker, @createdMs, @expiresMs, @parent)`,
    ),
  };
}

function prepare(db: SqliteDatabase) {
  return {
    find: db.prepare<[string], Row>("SELECT * FROM credentials WHERE id = ?"),
    list: db.prepare<[number, string, number], Row>(
      `SELECT * FROM credentials WHERE owner = ? AND kind = ? AND revoked_ms IS NULL AND expires_ms > ?
       ORDER BY created_ms DESC, id`,
    ),
    revoke: db.prepare<[{ owner: number; kind: string; id: string; nowMs: number }]>(
      `UPDATE credentials SET revoked_ms = @nowMs, token = ''
       WHERE owner = @owner AND kind = @kind AND revoked_ms IS NULL AND id IN (
         WITH RECURSIVE below (id) AS (
           SELECT @id UNION SELECT credentials.id FROM credentials JOIN below ON credentials.parent = below.id
         ) SELECT id FROM below)`,
    ),
    noteUse: db.prepare<[number, string]>("UPDATE credentials SET last_used_ms = ? WHERE id = ?"),
    sweep: db.prepare<[number]>("DELETE FROM credentials WHERE expires_ms < ?"),
  };
}

function toCredential(row: Row): Credential {
  const { owner, secret_hash: secretHash, token, revoked_ms: revokedMs, parent } = row;
  return { ...toFacts(row), owner, secretHash, token, isRevoked: revokedMs !== null, parent };
}

function toFacts(row: Row): CredentialFacts {
  const { id, kind, label, resource, action } = row;
  return {
    id,
    kind,
    label,
    resource,
    action,
    createdMs: row.created_ms,
    expiresMs: row.expires_ms,
    lastUsedMs: row.last_used_ms,
  };
}
