import type { SqliteDatabase } from "../../storage/open-database.ts";
import type { NodeStore } from "./node-store.ts";
import { collectionKind, type NodeRow } from "./rows.ts";

export type TrashStore = ReturnType<typeof createTrashStore>;

export interface TrashRow {
  readonly node: number;
  readonly owner: number;
  readonly app: string;
  readonly path: string;
  readonly deleted_ms: number;
  readonly deleted_by: string | null;
  readonly bytes: number | null;
}

export interface VersionRow {
  readonly id: number;
  readonly owner: number;
  readonly node: number;
  readonly content: number;
  readonly hash: string;
  readonly size: number;
  readonly type: string | null;
  readonly modified_ms: number;
  readonly replaced_ms: number;
  readonly replaced_by: string | null;
}

/** Beside the apps in an owner's trash; no app can be called so. */
export const purgeName = ".purge";

/** Rows of `trash` and `versions`, and the collections what was deleted hangs below: `trash/<app>` at the owner's root. */
export function createTrashStore(db: SqliteDatabase, nodes: NodeStore) {
  const sql = prepare(db);

  function find(owner: number, app: string): NodeRow | null {
    return sql.place.get(owner, app) ?? null;
  }

  /** The collection of an app's deleted things, made when it is not there. */
  function place(owner: number, app: string): NodeRow {
    const known = find(owner, app);
    if (known !== null) return known;
    const root = nodes.sql.ownerRoot.get(owner)?.root ?? null;
    if (root === null) throw new Error("an owner without a root has nothing to delete");
    const top = nodes.sql.child.get(root, "trash") ?? nodes.insert(collectionRow(owner, root, "trash"));
    return nodes.insert(collectionRow(owner, top.id, app));
  }

  return {
    find,
    place,
    add(row: TrashRow): void {
      sql.add.run(row);
    },
    ofNode: (node: number): TrashRow | null => sql.ofNode.get(node) ?? null,
    forget(node: number): void {
      sql.forget.run(node);
    },
    setBytes(node: number, bytes: number): void {
      sql.setBytes.run(bytes, node);
    },
    uncounted: (afterNode: number, limit: number): readonly number[] =>
      sql.uncounted.all(afterNode, limit).map(({ node }) => node),
    richest: () => sql.richest.get() ?? null,
    oldest: (owner: number, butNode: number): TrashRow | null => sql.oldest.get(owner, butNode) ?? null,
    deletedBefore: (owner: number, beforeMs: number, limit: number) =>
      sql.deletedBefore.all(owner, beforeMs, limit),
    addVersion(row: Omit<VersionRow, "id">): void {
      sql.addVersion.run(row);
    },
    version: (node: number, id: number): VersionRow | null => sql.version.get(node, id) ?? null,
    versionsOf: (node: number): readonly VersionRow[] => sql.versionsOf.all(node),
    countVersions: (node: number): number => sql.countVersions.get(node)?.count ?? 0,
    oldestVersion: (owner: number, butId: number): VersionRow | null =>
      sql.oldestVersion.get(owner, butId) ?? null,
    versionsBefore: (owner: number, beforeMs: number, limit: number) =>
      sql.versionsBefore.all(owner, beforeMs, limit),
    dropVersion: (id: number) => sql.dropVersion.get(id) ?? null,
    /** Gives the versions of one file to another. */
    handOver(from: number, to: number): void {
      sql.handOver.run(to, from);
    },
    nodesWithVersions: (afterNode: number, limit: number): readonly number[] =>
      sql.nodesWithVersions.all(afterNode, limit).map(({ node }) => node),
    apps: (owner: number): readonly string[] => sql.apps.all(owner).map(({ app }) => app),
    owners: (): readonly number[] => sql.owners.all().map(({ id }) => id),
  };
}

/**
 * The first free one of a name and its variants, in an order that is always the same; `isThere` when what it is for has one
 * already.
 */
export function freeEntryName(
  name: string,
  look: (tried: string) => "free" | "same" | "taken",
): { readonly name: string; readonly isThere: boolean } {
  for (let number = 0; ; number += 1) {
    const tried = number === 0 ? name : `${number}~${name}`;
    const found = look(tried);
    if (found !== "taken") return { name: tried, isThere: found === "same" };
  }
}

/** The node everything of an owner hangs below, made when it is not there. */
export function ensureRoot(nodes: NodeStore, owner: number): number {
  const known = nodes.sql.ownerRoot.get(owner)?.root ?? null;
  if (known !== null) return known;
  const { id } = nodes.insert(collectionRow(owner, null, ""));
  nodes.sql.setRoot.run(id, owner);
  return id;
}

export function collectionRow(owner: number, parent: number | null, name: string) {
  return { owner, parent, name, kind: collectionKind, size: 0, hash: null, content: null, type: null };
}

function prepare(db: SqliteDatabase) {
  return {
    place: db.prepare<[number, string], NodeRow>(
      `SELECT apps.* FROM owners JOIN nodes AS top ON top.parent = owners.root AND top.name = 'trash'
       JOIN nodes AS apps ON apps.parent = top.id WHERE owners.id = ? AND apps.name = ?`,
    ),
    add: db.prepare<[TrashRow]>(
      `INSERT INTO trash (node, owner, app, path, deleted_ms, deleted_by, bytes)
       VALUES (@node, @owner, @app, @path, @deleted_ms, @deleted_by, @bytes)`,
    ),
    ofNode: db.prepare<[number], TrashRow>("SELECT * FROM trash WHERE node = ?"),
    forget: db.prepare<[number]>("DELETE FROM trash WHERE node = ?"),
    setBytes: db.prepare<[number, number]>("UPDATE trash SET bytes = ? WHERE node = ?"),
    uncounted: db.prepare<[number, number], { node: number }>(
      "SELECT node FROM trash WHERE bytes IS NULL AND node > ? ORDER BY node LIMIT ?",
    ),
    richest: db.prepare<[], { id: number; kept_bytes: number }>(
      "SELECT id, kept_bytes FROM owners WHERE kept_bytes > 0 ORDER BY kept_bytes DESC LIMIT 1",
    ),
    oldest: db.prepare<[number, number], TrashRow>(
      "SELECT * FROM trash WHERE owner = ? AND node <> ? ORDER BY deleted_ms LIMIT 1",
    ),
    deletedBefore: db.prepare<[number, number, number], TrashRow>(
      "SELECT * FROM trash WHERE owner = ? AND deleted_ms < ? ORDER BY deleted_ms LIMIT ?",
    ),
    addVersion: db.prepare<[Omit<VersionRow, "id">]>(
      `INSERT INTO versions (owner, node, content, hash, size, type, modified_ms, replaced_ms, replaced_by)
       VALUES (@owner, @node, @content, @hash, @size, @type, @modified_ms, @replaced_ms, @replaced_by)`,
    ),
    version: db.prepare<[number, number], VersionRow>("SELECT * FROM versions WHERE node = ? AND id = ?"),
    versionsOf: db.prepare<[number], VersionRow>(
      "SELECT * FROM versions WHERE node = ? ORDER BY replaced_ms, id",
    ),
    countVersions: db.prepare<[number], { count: number }>(
      "SELECT count(*) AS count FROM versions WHERE node = ?",
    ),
    oldestVersion: db.prepare<[number, number], VersionRow>(
      "SELECT * FROM versions WHERE owner = ? AND id <> ? ORDER BY replaced_ms LIMIT 1",
    ),
    versionsBefore: db.prepare<[number, number, number], VersionRow>(
      "SELECT * FROM versions WHERE owner = ? AND replaced_ms < ? ORDER BY replaced_ms LIMIT ?",
    ),
    dropVersion: db.prepare<[number], { content: number; size: number }>(
      "DELETE FROM versions WHERE id = ? RETURNING content, size",
    ),
    handOver: db.prepare<[number, number]>("UPDATE versions SET node = ? WHERE node = ?"),
    nodesWithVersions: db.prepare<[number, number], { node: number }>(
      "SELECT DISTINCT node FROM versions WHERE node > ? ORDER BY node LIMIT ?",
    ),
    apps: db.prepare<[number], { app: string }>(
      "SELECT DISTINCT app FROM trash WHERE owner = ? ORDER BY app",
    ),
    owners: db.prepare<[], { id: number }>("SELECT id FROM owners WHERE emptied_ms IS NULL ORDER BY id"),
  };
}
