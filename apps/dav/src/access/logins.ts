import { hash } from "node:crypto";
import { ReliteError } from "@relite/core/errors";
import type { CommitQueue } from "../storage/commit-queue.ts";
import type { SqliteDatabase } from "../storage/open-database.ts";
import { createAddCredential } from "./credentials.ts";

/** A client that asked for a password of its own, and waits for somebody to give it one. */
export interface WaitingLogin {
  /** The User-Agent it asked with, and the address it asked from. */
  readonly agent: string;
  readonly address: string;
  readonly createdMs: number;
}

export interface NewLogin {
  /** SHA-256, hexadecimal, of the two secrets: the client's and that of the browser's address. */
  readonly pollHash: string;
  readonly pageHash: string;
  readonly agent: string;
  readonly address: string;
  readonly lifeMs: number;
}

/** What a client shall get: part of what an app password opens, whose UCAN it shares. */
export interface LoginGrant {
  readonly owner: number;
  readonly resource: string;
  readonly action: string;
  /** The app password it is given with. */
  readonly parent: string;
  readonly token: string;
  readonly tokenId: string;
  readonly maker: string;
  readonly untilMs: number;
}

export interface FinishedLogin {
  readonly owner: number;
  readonly resource: string;
  readonly label: string;
}

/** Sign-ins that a browser decides: begun by a client, decided once, fetched once by who began it. */
export interface Logins {
  /** `rate_limited` while 10,000 wait. What has run out is forgotten. */
  begin(login: NewLogin): Promise<void>;
  /** The one an address names, while nobody has decided it and it has not run out. */
  waiting(pageHash: string): WaitingLogin | null;
  /** False when it was decided meanwhile, or ran out. */
  grant(pageHash: string, grant: LoginGrant): Promise<boolean>;
  refuse(pageHash: string): Promise<boolean>;
  isGranted(pollHash: string): boolean;
  /**
   * Makes the app password, once; null when there is none to fetch, or what it was given with has ended. Refuses as
   * `Credentials.add` does.
   */
  finish(
    pollHash: string,
    made: { readonly id: string; readonly secretHash: string },
  ): Promise<FinishedLogin | null>;
}

export const loginWrites = [
  "begin",
  "grant",
  "refuse",
  "finish",
] as const satisfies readonly (keyof Logins)[];

const maxWaiting = 10_000;

interface GrantedRow {
  readonly agent: string;
  readonly owner: number;
  readonly resource: string;
  readonly action: string;
  readonly parent: string;
  readonly token: string;
  readonly token_id: string;
  readonly maker: string;
  readonly until_ms: number;
}

export function createLogins(db: SqliteDatabase, commits: CommitQueue, nowMs: () => number): Logins {
  const sql = prepare(db);
  const addCredential = createAddCredential(db, nowMs);

  function begin({ lifeMs, ...login }: NewLogin): void {
    const atMs = nowMs();
    sql.sweep.run(atMs);
    if ((sql.count.get()?.count ?? 0) >= maxWaiting) {
      throw new ReliteError("rate_limited", "Too many sign-ins are waiting", {
        reason: "too_many_logins",
        details: { retryAfterSec: 60 },
      });
    }
    sql.insert.run({ ...login, atMs, expiresMs: atMs + lifeMs });
  }

  function finish(pollHash: string, { id, secretHash }: { id: string; secretHash: string }) {
    const row = sql.granted.get(pollHash, nowMs());
    if (row === undefined) return null;
    sql.drop.run(pollHash);
    const { owner, resource, action, parent, token, maker, agent: label, until_ms: expiresMs } = row;
    if (sql.isOpen.get(parent, owner, nowMs()) === undefined) return null;
    // A UCAN is kept once: what shares it is told apart by its own id.
    const tokenId = hash("sha256", `${row.token_id}.${id}`, "hex");
    const made = {
      id,
      owner,
      kind: "app-password",
      label,
      secretHash,
      token,
      tokenId,
      resource,
      action,
      maker,
    } as const;
    addCredential({ ...made, expiresMs, parent });
    return { owner, resource, label };
  }

  return {
    begin: (login) => commits.run(() => begin(login)),
    waiting: (pageHash) => sql.waiting.get(pageHash, nowMs()) ?? null,
    grant: (pageHash, grant) =>
      commits.run(() => sql.grant.run({ ...grant, pageHash, atMs: nowMs() }).changes > 0),
    refuse: (pageHash) => commits.run(() => sql.refuse.run(pageHash).changes > 0),
    isGranted: (pollHash) => sql.granted.get(pollHash, nowMs()) !== undefined,
    finish: (pollHash, made) => commits.run(() => finish(pollHash, made)),
  };
}

function prepare(db: SqliteDatabase) {
  return {
    sweep: db.prepare<[number]>("DELETE FROM logins WHERE expires_ms <= ?"),
    count: db.prepare<[], { count: number }>("SELECT count(*) AS count FROM logins"),
    insert: db.prepare(
      `INSERT INTO logins (poll_hash, page_hash, agent, address, created_ms, expires_ms)
       VALUES (@pollHash, @pageHash, @agent, @address, @atMs, @expiresMs)`,
    ),
    waiting: db.prepare<[string, number], WaitingLogin>(
      `SELECT agent, address, created_ms AS createdMs FROM logins
       WHERE page_hash = ? AND owner IS NULL AND expires_ms > ?`,
    ),
    grant: db.prepare(
      `UPDATE logins SET owner = @owner, resource = @resource, action = @action, parent = @parent, token = @token,
         token_id = @tokenId, maker = @maker, until_ms = @untilMs
       WHERE page_hash = @pageHash AND owner IS NULL AND expires_ms > @atMs`,
    ),
    refuse: db.prepare<[string]>("DELETE FROM logins WHERE page_hash = ? AND owner IS NULL"),
    granted: db.prepare<[string, number], GrantedRow>(
      "SELECT * FROM logins WHERE poll_hash = ? AND owner IS NOT NULL AND expires_ms > ?",
    ),
    isOpen: db.prepare<[string, number, number], { id: string }>(
      "SELECT id FROM credentials WHERE id = ? AND owner = ? AND revoked_ms IS NULL AND expires_ms > ?",
    ),
    drop: db.prepare<[string]>("DELETE FROM logins WHERE poll_hash = ?"),
  };
}
