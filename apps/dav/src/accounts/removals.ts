import { ReliteError } from "@relite/core/errors";
import type { SqliteDatabase } from "../storage/open-database.ts";
import type { PortParts } from "../storage/port-parts.ts";
import type { Swept } from "../tree/retention.ts";
import { createStores } from "../tree/sqlite/stores.ts";
import { purgeName } from "../tree/sqlite/trash-store.ts";

/** What is kept for an owner, and ends with its removal. */
export interface Holdings {
  readonly files: number;
  readonly collections: number;
  /** Of files, versions, properties and uploads, as the quota counts them. */
  readonly bytes: number;
  readonly trash: number;
  readonly versions: number;
  readonly uploads: number;
  readonly locks: number;
  readonly appPasswords: number;
  readonly shares: number;
  readonly devices: number;
}

/** The end of owners. From the first write on they are nobody; emptying what they had may take its time. */
export interface Removals {
  holdings(owner: number): Holdings;
  /**
   * From the next request on no key, app password, share or cookie leads to this owner. What was revoked for its keys
   * stays revoked, should they come again. `not_found` when it was removed before.
   */
  retire(owner: number): Promise<void>;
  /** Owners removed of whom something is left. */
  unfinished(): number;
  /** Ends a bounded part of what is left of removed owners; `items: 0` when nothing can be ended now. */
  emptySome(limit: number): Promise<Swept>;
}

export const removalWrites = ["retire", "emptySome"] as const satisfies readonly (keyof Removals)[];

// What frees must work on a full disk.
const freeing = { usesReserve: true };

export function createRemovals(parts: PortParts): Removals {
  const { db, commits, nowMs } = parts;
  const sql = prepare(db);
  const stores = createStores(parts);
  const emptyTree = createEmptyTree(db, stores);

  function retire(owner: number): void {
    const atMs = nowMs();
    if (sql.retire.run({ owner, atMs }).changes === 0) {
      throw new ReliteError("not_found", "There is no such owner");
    }
    sql.rememberDids.run(owner);
    for (const statement of sql.leave) statement.run(owner);
    sql.closeInvitations.run(atMs, owner);
  }

  /** Files before what tells of them; uploads are ended by who removes their files, too. */
  function emptySome(limit: number): Swept {
    const owner = sql.next.get()?.id;
    if (owner === undefined) return { items: 0, bytes: 0 };
    const swept = emptyTree(owner, limit);
    if (swept.items > 0) return swept;
    const { changes } = sql.dropChanges.run(owner, limit);
    if (changes > 0) return { items: changes, bytes: 0 };
    return { items: sql.emptied.run({ owner, atMs: nowMs() }).changes, bytes: 0 };
  }

  return {
    holdings: (owner) => sql.holdings.get({ owner }) ?? nothing,
    retire: (owner) => commits.run(() => retire(owner), freeing),
    unfinished: () => sql.unfinished.get()?.count ?? 0,
    emptySome: (limit) => commits.run(() => emptySome(limit), freeing),
  };
}

/** Everything below an owner's root: put out of reach collection by collection, ended bit by bit, then the root itself. */
function createEmptyTree(db: SqliteDatabase, { nodes, trash, purge }: ReturnType<typeof createStores>) {
  const sql = {
    // Whole apps and whole trashes: each is out of reach in one step.
    home: db.prepare<[{ root: number; trash: number; doomed: number }], { id: number }>(
      `SELECT id FROM nodes WHERE (parent = @root AND id <> @trash) OR (parent = @trash AND id <> @doomed) LIMIT 1`,
    ),
    forgetTrash: db.prepare<[number, number]>(
      "DELETE FROM trash WHERE node IN (SELECT node FROM trash WHERE owner = ? LIMIT ?)",
    ),
    unroot: db.prepare<[number]>("UPDATE owners SET root = NULL WHERE id = ?"),
    drop: db.prepare<[number]>("DELETE FROM nodes WHERE id = ?"),
  };
  return (owner: number, limit: number): Swept => {
    const root = nodes.sql.ownerRoot.get(owner)?.root ?? null;
    if (root === null) return { items: 0, bytes: 0 };
    const doomed = trash.place(owner, purgeName);
    const top = doomed.parent ?? root;
    const { changes } = sql.forgetTrash.run(owner, limit);
    if (changes > 0) return { items: changes, bytes: 0 };
    const home = sql.home.get({ root, trash: top, doomed: doomed.id });
    const row = home === undefined ? undefined : nodes.sql.byId.get(home.id);
    if (row !== undefined) {
      purge.doom(row);
      return { items: 1, bytes: 0 };
    }
    const swept = purge.step(owner, limit);
    if (swept.items > 0) return swept;
    sql.unroot.run(owner);
    for (const id of [doomed.id, top, root]) sql.drop.run(id);
    nodes.sql.use.run({ owner, bytes: 0, nodes: -3 });
    return { items: 3, bytes: 0 };
  };
}

function prepare(db: SqliteDatabase) {
  return {
    holdings: db.prepare<[{ owner: number }], Holdings>(holdingsSql),
    retire: db.prepare<[{ owner: number; atMs: number }]>(
      `UPDATE owners SET removed_ms = @atMs, disabled_ms = ifnull(disabled_ms, @atMs), admin = 0, label = NULL, joined = NULL
       WHERE id = @owner AND removed_ms IS NULL`,
    ),
    rememberDids: db.prepare<[number]>(
      "INSERT INTO removed_dids (did, owner) SELECT did, owner FROM owner_dids WHERE owner = ?",
    ),
    // Each bounded by what one owner may have of it.
    leave: [
      "DELETE FROM owner_dids WHERE owner = ?",
      "DELETE FROM credentials WHERE owner = ?",
      "DELETE FROM logins WHERE owner = ?",
      "DELETE FROM device_uses WHERE owner = ?",
      "DELETE FROM ended_sessions WHERE owner = ?",
      "DELETE FROM locks WHERE owner = ?",
      "UPDATE uploads SET expires_ms = 0 WHERE owner = ?",
      "UPDATE invitations SET used_by = NULL WHERE used_by = ?",
    ].map((text) => db.prepare<[number]>(text)),
    // What an administrator who is shown the door has handed out opens nothing.
    closeInvitations: db.prepare<[number, number]>(
      `UPDATE invitations SET made_by = NULL,
         revoked_ms = CASE WHEN used_ms IS NULL THEN ifnull(revoked_ms, ?) ELSE revoked_ms END WHERE made_by = ?`,
    ),
    unfinished: db.prepare<[], { count: number }>(
      "SELECT count(*) AS count FROM owners WHERE removed_ms IS NOT NULL AND emptied_ms IS NULL",
    ),
    next: db.prepare<[], { id: number }>(
      "SELECT id FROM owners WHERE removed_ms IS NOT NULL AND emptied_ms IS NULL ORDER BY id LIMIT 1",
    ),
    dropChanges: db.prepare<[number, number]>(
      "DELETE FROM changes WHERE seq IN (SELECT seq FROM changes WHERE owner = ? ORDER BY seq LIMIT ?)",
    ),
    emptied: db.prepare<[{ owner: number; atMs: number }]>(
      `UPDATE owners SET emptied_ms = @atMs
       WHERE id = @owner AND root IS NULL AND NOT EXISTS (SELECT 1 FROM uploads WHERE owner = @owner)`,
    ),
  };
}

const holdingsSql = `SELECT
  (SELECT count(*) FROM nodes WHERE owner = @owner AND kind = 1) AS files,
  (SELECT count(*) FROM nodes WHERE owner = @owner AND kind = 0) AS collections,
  (SELECT used_bytes FROM owners WHERE id = @owner) AS bytes,
  (SELECT count(*) FROM trash WHERE owner = @owner) AS trash,
  (SELECT count(*) FROM versions WHERE owner = @owner) AS versions,
  (SELECT count(*) FROM uploads WHERE owner = @owner AND finished = 0) AS uploads,
  (SELECT count(*) FROM locks WHERE owner = @owner) AS locks,
  (SELECT count(*) FROM credentials WHERE owner = @owner AND kind = 'app-password' AND revoked_ms IS NULL) AS appPasswords,
  (SELECT count(*) FROM credentials WHERE owner = @owner AND kind = 'share' AND revoked_ms IS NULL) AS shares,
  (SELECT count(*) FROM device_uses WHERE owner = @owner) AS devices`;

const nothing: Holdings = {
  files: 0,
  collections: 0,
  bytes: 0,
  trash: 0,
  versions: 0,
  uploads: 0,
  locks: 0,
  appPasswords: 0,
  shares: 0,
  devices: 0,
};
