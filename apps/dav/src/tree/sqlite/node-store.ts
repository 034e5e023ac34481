import { ReliteError } from "@relite/core/errors";
import { ownerRemoved } from "../../accounts/refuse-removed.ts";
import type { SqliteDatabase } from "../../storage/open-database.ts";
import type { Place } from "../place.ts";
import { createLockStore } from "./lock-store.ts";
import { type MemberRow, memberColumns, type NodeRow } from "./rows.ts";

/** Nodes one by one, and the locks on them: prepared statements and what every write does besides its own change. */
export type NodeStore = ReturnType<typeof createNodeStore>;

/** What the caller decides of a new row; the store gives it its id, version and times. */
export type NewNode = Omit<NodeRow, "id" | "version" | "created_ms" | "modified_ms">;

/** A path followed as far as it exists: `node` is null when only the parent is there, both are null when not even that. */
export interface Followed {
  readonly parent: NodeRow | null;
  readonly node: NodeRow | null;
  readonly name: string;
}

interface UsageRow {
  readonly quota_bytes: number | null;
  readonly used_bytes: number;
  readonly used_nodes: number;
  readonly kept_bytes: number;
  readonly removed_ms: number | null;
}

type FileFacts = [
  size: number,
  hash: string,
  content: number,
  type: string | null,
  version: number,
  modifiedMs: number,
];
type FileBytes = [...FileFacts, id: number];
type FileRow = [parent: number, name: string, ...FileFacts, createdMs: number, owner: number, kind: number];

// More nodes than any person has, few enough that a loop of copies cannot fill the disk with empty collections.
export const maxNodesPerOwner = 5_000_000;

/** `makeRoom` gives up what is kept for an owner, to free so many bytes; it need not succeed. */
export function createNodeStore(
  db: SqliteDatabase,
  nowMs: () => number,
  makeRoom: (owner: number, bytes: number) => void,
) {
  const sql = prepare(db);
  const locks = createLockStore(db, nowMs);
  const appsByOwner = new Map<number, number>();

  /** The node of an owner's app. The collection of all apps is out of every request's reach, so it is looked up once. */
  function findApp(owner: number, appId: string): NodeRow | undefined {
    const apps = appsByOwner.get(owner) ?? sql.apps.get(owner)?.id;
    if (apps === undefined) return undefined;
    // What a transaction made may yet be undone.
    if (db.readonly || !db.inTransaction) appsByOwner.set(owner, apps);
    return sql.child.get(apps, appId);
  }

  function follow(place: Place): Followed {
    let parent: NodeRow | null = null;
    let node = sql.byId.get(place.root) ?? null;
    if (node !== null && node.owner !== place.owner) node = null;
    for (const name of place.segments) {
      parent = node;
      if (parent === null) break;
      node = sql.child.get(parent.id, name) ?? null;
    }
    return { parent, node, name: place.segments.at(-1) ?? "" };
  }

  function insert(fresh: NewNode): NodeRow {
    const atMs = nowMs();
    const { lastInsertRowid } = sql.insert.run({ ...fresh, atMs });
    const id = Number(lastInsertRowid);
    sql.use.run({ owner: fresh.owner, bytes: fresh.size, nodes: 1 });
    return {
      ...fresh,
      id,
      version: 0,
      created_ms: atMs,
      modified_ms: atMs,
    };
  }

  /** Writes the change log and marks everything above as changed; answers the new version. */
  function record(node: NodeRow, action: number): number {
    const atMs = nowMs();
    const { owner, id, parent, name } = node;
    const version = Number(sql.log.run({ owner, node: id, parent, name, action, atMs }).lastInsertRowid);
    if (parent !== null) {
      sql.touch.run(atMs, parent);
      sql.bumpUp.run({ version, start: parent });
    }
    return version;
  }

  function admit(owner: number, moreBytes: number, moreNodes: number): void {
    if (moreBytes > 0) checkQuota(owner, moreBytes);
    const row = sql.usage.get(owner);
    if (row != null && row.removed_ms !== null) throw ownerRemoved();
    if ((row?.used_nodes ?? 0) + moreNodes > maxNodesPerOwner) {
      throw new ReliteError("insufficient_storage", "Too many files", { reason: "too_many_nodes" });
    }
  }

  function checkQuota(owner: number, moreBytes: number): void {
    let row = sql.usage.get(owner);
    if (row?.quota_bytes != null && row.used_bytes + moreBytes > row.quota_bytes) {
      makeRoom(owner, row.used_bytes + moreBytes - row.quota_bytes);
      row = sql.usage.get(owner);
    }
    refuseBeyond(row, moreBytes);
  }

  /** As `checkQuota`, for what nothing shall give way to. */
  function refuseOverQuota(owner: number, moreBytes: number): void {
    refuseBeyond(sql.usage.get(owner), moreBytes);
  }

  function refuseBeyond(row: UsageRow | undefined, moreBytes: number): void {
    if (row === undefined) throw new ReliteError("not_found", "No such owner");
    if (row.removed_ms !== null) throw ownerRemoved();
    if (row.quota_bytes !== null && row.used_bytes + moreBytes > row.quota_bytes) {
      throw new ReliteError("insufficient_storage", "The storage quota is used up", {
        reason: "quota_exceeded",
        details: { quotaBytes: row.quota_bytes, usedBytes: row.used_bytes },
      });
    }
  }

  return { sql, locks, findApp, follow, insert, record, admit, checkQuota, refuseOverQuota, nowMs };
}

function prepare(db: SqliteDatabase) {
  return {
    byId: db.prepare<[number], NodeRow>("SELECT * FROM nodes WHERE id = ?"),
    child: db.prepare<[number, string], NodeRow>("SELECT * FROM nodes WHERE parent = ? AND name = ?"),
    members: db.prepare<[number, string, number], NodeRow>(
      "SELECT * FROM nodes WHERE parent = ? AND name > ? ORDER BY name LIMIT ?",
    ),
    memberRows: db
      .prepare<[number, string, number], MemberRow>(
        `SELECT ${memberColumns} FROM nodes WHERE parent = ? AND name > ? ORDER BY name LIMIT ?`,
      )
      .raw(),
    insert: db.prepare<[NewNode & { readonly atMs: number }]>(
      `INSERT INTO nodes (owner, parent, name, kind, size, hash, content, type, version, created_ms, modified_ms)
       VALUES (@owner, @parent, @name, @kind, @size, @hash, @content, @type, 0, @atMs, @atMs)`,
    ),
    replaceFile: db.prepare(
      `UPDATE nodes SET size = @size, hash = @hash, content = @content, type = @type, modified_ms = @atMs
       WHERE id = @id`,
    ),
    insertFile: db.prepare<FileRow>(
      `INSERT INTO nodes (parent, name, size, hash, content, type, version, modified_ms, created_ms, owner, kind)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    rewriteFile: db.prepare<FileBytes>(
      "UPDATE nodes SET size = ?, hash = ?, content = ?, type = ?, version = ?, modified_ms = ? WHERE id = ?",
    ),
    setVersion: db.prepare<[number, number]>("UPDATE nodes SET version = ? WHERE id = ?"),
    touch: db.prepare<[number, number]>("UPDATE nodes SET modified_ms = ? WHERE id = ?"),
    bumpUp: db.prepare<[{ version: number; start: number }]>(
      `UPDATE nodes SET version = @version WHERE id IN (
         WITH RECURSIVE up (id) AS (
           SELECT @start UNION ALL
           SELECT nodes.parent FROM nodes JOIN up ON nodes.id = up.id WHERE nodes.parent IS NOT NULL
         ) SELECT id FROM up)`,
    ),
    log: db.prepare(
      `INSERT INTO changes (owner, node, parent, name, action, at_ms)
       VALUES (@owner, @node, @parent, @name, @action, @atMs)`,
    ),
    relocate: db.prepare<[number, string, number]>("UPDATE nodes SET parent = ?, name = ? WHERE id = ?"),
    apps: db.prepare<[number], { id: number }>(
      "SELECT nodes.id FROM owners JOIN nodes ON nodes.parent = owners.root AND nodes.name = 'apps' WHERE owners.id = ?",
    ),
    appNames: db.prepare<[number], { name: string }>(
      `SELECT nodes.name FROM owners JOIN nodes AS apps ON apps.parent = owners.root AND apps.name = 'apps'
         JOIN nodes ON nodes.parent = apps.id WHERE owners.id = ? ORDER BY nodes.name`,
    ),
    ownerRoot: db.prepare<[number], { root: number | null }>("SELECT root FROM owners WHERE id = ?"),
    setRoot: db.prepare<[number, number]>("UPDATE owners SET root = ? WHERE id = ?"),
    use: db.prepare<[{ owner: number; bytes: number; nodes: number }]>(
      "UPDATE owners SET used_bytes = used_bytes + @bytes, used_nodes = used_nodes + @nodes WHERE id = @owner",
    ),
    // A tree whose files were not counted yet, or that is being taken apart.
    uncounted: db.prepare<[number, number], { any: number }>(
      `SELECT EXISTS (SELECT 1 FROM trash WHERE owner = ? AND bytes IS NULL)
         OR EXISTS (SELECT 1 FROM owners JOIN nodes AS top ON top.parent = owners.root AND top.name = 'trash'
           JOIN nodes AS doomed ON doomed.parent = top.id AND doomed.name = '.purge'
           JOIN nodes ON nodes.parent = doomed.id WHERE owners.id = ?) AS any`,
    ),
    usage: db.prepare<[number], UsageRow>(
      "SELECT quota_bytes, used_bytes, used_nodes, kept_bytes, removed_ms FROM owners WHERE id = ?",
    ),
  };
}
