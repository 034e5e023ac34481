import type { SqliteDatabase } from "../../storage/open-database.ts";
import type { Swept } from "../retention.ts";
import type { ContentStore } from "./content-store.ts";
import type { NodeStore } from "./node-store.ts";
import { collectionKind, type NodeRow } from "./rows.ts";
import { purgeName, type TrashStore } from "./trash-store.ts";

export type Purge = ReturnType<typeof createPurge>;

// What one request or one sweep ends in one transaction; a thousand nodes take some 10 ms.
const nodesAtOnce = 1_000;
// A tree of empty collections gives back no bytes, however long it is taken apart.
const maxNodesForRoom = 250_000;

interface Spared {
  readonly node: number;
  readonly version: number;
}

const nothingSpared: Spared = { node: 0, version: 0 };

/**
 * Ends trees for good, a bounded number of nodes at a time: what is doomed lies out of everybody's reach, right below one
 * collection, and each collection that has members gives its own collections there before it goes.
 */
export function createPurge(
  db: SqliteDatabase,
  { nodes, contents, trash }: { nodes: NodeStore; contents: ContentStore; trash: TrashStore },
) {
  const sql = prepare(db);
  let spared = nothingSpared;

  /** Puts a tree out of reach, whatever its size, to be ended by `step`. */
  function doom(row: NodeRow): void {
    trash.forget(row.id);
    nodes.sql.relocate.run(trash.place(row.owner, purgeName).id, String(row.id), row.id);
  }

  /** Ends some of the doomed nodes of an owner; `items: 0` when none are left. */
  function step(owner: number, limit = nodesAtOnce): Swept {
    const root = trash.find(owner, purgeName);
    const top = root === null ? undefined : sql.first.get(root.id);
    if (root === null || top === undefined) return { items: 0, bytes: 0 };
    sql.clear.run();
    const { changes: members } = sql.pickMembers.run(top.id, limit);
    if (members === 0) sql.pickOne.run(top.id);
    else sql.lift.run({ root: root.id, kind: collectionKind });
    const sums = sql.sums.get(collectionKind) ?? { bytes: 0, count: 0 };
    const alone = members === 0 ? { bytes: top.size, count: 1 } : sums;
    contents.noteLost("doomed");
    if (members === 0) sql.removeOne.run(top.id);
    else sql.removeFiles.run(collectionKind);
    contents.letGoLost();
    nodes.sql.use.run({ owner, bytes: -alone.bytes, nodes: -alone.count });
    return { items: Math.max(1, members), bytes: alone.bytes };
  }

  /** Gives up what is kept for an owner, the oldest first, until so many bytes are free or nothing is left to give. */
  function makeRoom(owner: number, bytes: number): void {
    const goal = (nodes.sql.usage.get(owner)?.used_bytes ?? 0) - bytes;
    let spent = 0;
    while ((nodes.sql.usage.get(owner)?.used_bytes ?? 0) > goal && spent < maxNodesForRoom) {
      const { items } = step(owner);
      spent += items;
      if (items === 0 && !giveUpOldest(owner)) return;
    }
  }

  function giveUpOldest(owner: number): boolean {
    const entry = trash.oldest(owner, spared.node);
    const version = trash.oldestVersion(owner, spared.version);
    if (version !== null && (entry === null || version.replaced_ms <= entry.deleted_ms)) {
      dropVersions([version.id]);
      return true;
    }
    const row = entry === null ? undefined : nodes.sql.byId.get(entry.node);
    if (row === undefined) return false;
    doom(row);
    return true;
  }

  function dropVersions(ids: readonly number[]): Swept {
    const swept = { items: 0, bytes: 0 };
    for (const id of ids) {
      const gone = trash.dropVersion(id);
      if (gone === null) continue;
      contents.letGo(gone.content);
      swept.items += 1;
      swept.bytes += gone.size;
    }
    return swept;
  }

  /** While something kept is being copied, it is not given up to make room for the copy. */
  function sparing<Result>(what: Partial<Spared>, work: () => Result): Result {
    spared = { ...nothingSpared, ...what };
    try {
      return work();
    } finally {
      spared = nothingSpared;
    }
  }

  return { doom, step, makeRoom, dropVersions, sparing };
}

function prepare(db: SqliteDatabase) {
  return {
    first: db.prepare<[number], NodeRow>("SELECT * FROM nodes WHERE parent = ? LIMIT 1"),
    clear: db.prepare("DELETE FROM temp.doomed"),
    pickMembers: db.prepare<[number, number]>(
      "INSERT INTO temp.doomed SELECT id FROM nodes WHERE parent = ? LIMIT ?",
    ),
    pickOne: db.prepare<[number]>("INSERT INTO temp.doomed VALUES (?)"),
    lift: db.prepare<[{ root: number; kind: number }]>(
      "UPDATE nodes SET parent = @root, name = CAST(id AS TEXT) WHERE id IN (SELECT id FROM temp.doomed) AND kind = @kind",
    ),
    sums: db.prepare<[number], { bytes: number; count: number }>(
      `SELECT total(size) AS bytes, count(*) AS count FROM nodes
       WHERE id IN (SELECT id FROM temp.doomed) AND kind <> ?`,
    ),
    removeFiles: db.prepare<[number]>(
      "DELETE FROM nodes WHERE id IN (SELECT id FROM temp.doomed) AND kind <> ?",
    ),
    removeOne: db.prepare<[number]>("DELETE FROM nodes WHERE id = ?"),
  };
}
