import type { SqliteDatabase } from "../../storage/open-database.ts";
import type { DeadProperty } from "../../tree/properties.ts";
import { fileKind, type NodeRow } from "../../tree/sqlite/rows.ts";

export interface SnapshotNode {
  readonly id: number;
  readonly name: string;
  readonly isFile: boolean;
  readonly size: number;
  readonly hash: string;
  readonly content: number | null;
  readonly type: string | null;
  readonly modifiedMs: number;
}

/** An owner's files as they were at one moment, read in one transaction that stays open until `end`. */
export interface Snapshot {
  apps(appId: string | null): readonly SnapshotNode[];
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
  db.exec("BEGIN");
  return {
    apps: (appId) =>
      sql.apps
        .all(owner)
        .map(rowToSnapshot)
        .filter(({ name, isFile }) => !isFile && (appId === null || name === appId)),
    *members(id) {
      let page = sql.members.all(id, "", pageSize);
      while (page.length > 0) {
        for (const row of page) yield rowToSnapshot(row);
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
