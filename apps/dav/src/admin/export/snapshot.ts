import type { SqliteDatabase } from "../../storage/open-database.ts";
import type { DeadProperty } from "../../tree/properties.ts";
import { fileKind, type NodeRow } from "../../tree/sqlite/rows.ts";
import { purgeName, type TrashRow, type VersionRow } from "../../tree/sqlite/trash-store.ts";
import type { KeptFacts } from "./kept-facts.ts";
import { versionName } from "./kept-facts.ts";

export interface SnapshotNode {
  readonly id: number;
  readonly name: string;
  readonly isFile: boolean;
  readonly size: number;
  readonly hash: string;
  readonly content: number | null;
  readonly type: string | null;
  readonly modifiedMs: number;
  /** Where it is kept for a while only. */
  readonly kept?: KeptFacts;
}

/** An owner's files as they were at one moment, read in one transaction that stays open until `end`. */
export interface Snapshot {
  apps(appId: string | null): readonly SnapshotNode[];
  /** By app, collections of what was deleted. */
  trash(appId: string | null): readonly SnapshotNode[];
  /** What a file held before, the oldest first. */
  versions(file: SnapshotNode): readonly SnapshotNode[];
  versionBytes(): number;
  /** Members of a collection in name order. */
  members(id: number): Generator<SnapshotNode>;
  properties(id: number): readonly DeadProperty[];
  /** Bytes of a small file; null when they are in the blob store. */
  inline(node: SnapshotNode): Buffer | null;
  /** Sizes of all files below a collection. */
  bytesBelow(id: number): number;
  end(): void;
}

const pageSize = 1_000;

/** Takes over a connection of its own, which `end` leaves usable. Writers go on meanwhile; the WAL grows until `end`. */
export function beginSnapshot(db: SqliteDatabase, owner: number): Snapshot {
  const sql = {
    apps: db.prepare<[number], NodeRow>(
      `SELECT nodes.* FROM owners JOIN nodes AS apps ON apps.parent = owners.root AND apps.name = 'apps'
       JOIN nodes ON nodes.parent = apps.id WHERE owners.id = ? ORDER BY nodes.name`,
    ),
    members: db.prepare<[number, string, number], NodeRow>(
      "SELECT * FROM nodes WHERE parent = ? AND name > ? ORDER BY name LIMIT ?",
    ),
    trash: db.prepare<[number], NodeRow>(
      `SELECT nodes.* FROM owners JOIN nodes AS top ON top.parent = owners.root AND top.name = 'trash'
       JOIN nodes ON nodes.parent = top.id WHERE owners.id = ? ORDER BY nodes.name`,
    ),
    deleted: db.prepare<[number], TrashRow>("SELECT * FROM trash WHERE node = ?"),
    versions: db.prepare<[number], VersionRow>(
      "SELECT * FROM versions WHERE node = ? ORDER BY replaced_ms, id",
    ),
    versionBytes: db.prepare<[number], { bytes: number }>(
      "SELECT total(size) AS bytes FROM versions WHERE owner = ?",
    ),
    properties: db.prepare<[number], DeadProperty>(
      "SELECT namespace, name, xml FROM properties WHERE node = ? ORDER BY namespace, name",
    ),
    data: db.prepare<[number | null], { data: Buffer | null }>("SELECT data FROM contents WHERE id = ?"),
    bytes: db.prepare<[number], { bytes: number }>(
      `WITH RECURSIVE below (id, size) AS (
         SELECT id, size FROM nodes WHERE id = ? UNION ALL
         SELECT nodes.id, nodes.size FROM nodes JOIN below ON nodes.parent = below.id
       ) SELECT total(size) AS bytes FROM below`,
    ),
  };
  /** What was deleted knows where it was. */
  const withFacts = (node: SnapshotNode): SnapshotNode => {
    const row = sql.deleted.get(node.id);
    if (row === undefined) return node;
    return { ...node, kept: { deleted: { path: row.path, atMs: row.deleted_ms, by: row.deleted_by } } };
  };
  const named = (nodes: readonly SnapshotNode[], appId: string | null) =>
    nodes.filter(({ name, isFile }) => !isFile && (appId === null || name === appId));
  db.exec("BEGIN");
  return {
    apps: (appId) => named(sql.apps.all(owner).map(rowToSnapshot), appId),
    trash: (appId) =>
      named(sql.trash.all(owner).map(rowToSnapshot), appId).filter(({ name }) => name !== purgeName),
    versions: (file) => sql.versions.all(file.id).map((row) => versionToSnapshot(row, file)),
    versionBytes: () => sql.versionBytes.get(owner)?.bytes ?? 0,
    *members(id) {
      let page = sql.members.all(id, "", pageSize);
      while (page.length > 0) {
        for (const row of page) yield withFacts(rowToSnapshot(row));
        page = page.length < pageSize ? [] : sql.members.all(id, page.at(-1)?.name ?? "", pageSize);
      }
    },
    properties: (id) => sql.properties.all(id),
    inline: ({ content }) => sql.data.get(content)?.data ?? null,
    bytesBelow: (id) => sql.bytes.get(id)?.bytes ?? 0,
    end: () => {
      if (db.inTransaction) db.exec("ROLLBACK");
    },
  };
}

function rowToSnapshot(row: NodeRow): SnapshotNode {
  const { id, name, kind, size, hash, content, type, modified_ms: modifiedMs } = row;
  return { id, name, isFile: kind === fileKind, size, hash: hash ?? "", content, type, modifiedMs };
}

function versionToSnapshot(row: VersionRow, file: SnapshotNode): SnapshotNode {
  const { id, size, hash, content, type, modified_ms: modifiedMs, replaced_ms: atMs, replaced_by: by } = row;
  const name = versionName(id, atMs, file.name);
  return {
    id: -id,
    name,
    isFile: true,
    size,
    hash,
    content,
    type,
    modifiedMs,
    kept: { replaced: { atMs, by } },
  };
}
