import { ReliteError } from "@relite/core/errors";
import type { SqliteDatabase } from "../../storage/open-database.ts";
import type { ContentStore } from "./content-store.ts";
import type { NodeStore } from "./node-store.ts";
import type { PropertyStore } from "./property-store.ts";
import type { NodeRow } from "./rows.ts";

interface Stores {
  readonly nodes: NodeStore;
  readonly contents: ContentStore;
  readonly properties: PropertyStore;
}

export type Subtrees = ReturnType<typeof createSubtrees>;

// One COPY or DELETE is one transaction and nobody else is served meanwhile.
const maxNodesPerRequest = 250_000;

/** Whole trees at once, in a fixed number of statements however many nodes there are. */
export function createSubtrees(db: SqliteDatabase, { nodes, contents, properties }: Stores) {
  const sql = prepare(db);

  /** Lists the tree in `picked`, tops first; answers its size. */
  function pick(top: NodeRow): { count: number; bytes: number; height: number } {
    sql.clear.run();
    sql.pick.run(top.id, maxNodesPerRequest + 1);
    const sums = sql.sums.get();
    if (sums === undefined || sums.count > maxNodesPerRequest) {
      throw new ReliteError("insufficient_storage", "The tree is too large for one request", {
        reason: "too_many_nodes",
      });
    }
    return sums;
  }

  function removeTree(top: NodeRow): void {
    const sums = pick(top);
    contents.noteLost("picked");
    sql.removePicked.run();
    contents.letGoLost();
    nodes.sql.use.run({ owner: top.owner, bytes: -sums.bytes, nodes: -sums.count });
  }

  /** Copies the tree below `parent` as `name`, sharing all content; answers the new top's id. */
  function copyTree(top: NodeRow, parent: NodeRow, name: string, shallow: boolean): number {
    const sums = shallow ? { count: 1, bytes: top.size } : pick(top);
    nodes.admit(top.owner, sums.bytes, sums.count);
    const { id, ...copied } = top;
    const made = nodes.insert({ ...copied, parent: parent.id, name });
    properties.copyOwn(id, made.id);
    if (!shallow && sums.count > 1) {
      const atMs = nodes.nowMs();
      const firstId = sql.firstFreeId.get()?.id ?? 0;
      sql.copyPicked.run({ top: id, newTop: made.id, offset: firstId, atMs });
      properties.copyPicked(firstId);
      nodes.sql.use.run({ owner: top.owner, bytes: sums.bytes - top.size, nodes: sums.count - 1 });
    }
    return made.id;
  }

  return { removeTree, copyTree, heightOf: (top: NodeRow) => pick(top).height };
}

function prepare(db: SqliteDatabase) {
  return {
    clear: db.prepare("DELETE FROM temp.picked"),
    pick: db.prepare<[number, number]>(
      `INSERT INTO temp.picked (id, parent, depth)
       WITH RECURSIVE sub (id, parent, depth) AS (
         SELECT id, NULL, 0 FROM nodes WHERE id = ? UNION ALL
         SELECT nodes.id, nodes.parent, sub.depth + 1 FROM nodes JOIN sub ON nodes.parent = sub.id
       ) SELECT id, parent, depth FROM sub LIMIT ?`,
    ),
    sums: db.prepare<[], { count: number; bytes: number; height: number }>(
      `SELECT count(*) AS count, total(nodes.size) AS bytes, max(picked.depth) AS height
       FROM temp.picked JOIN nodes ON nodes.id = picked.id`,
    ),
    removePicked: db.prepare("DELETE FROM nodes WHERE id IN (SELECT id FROM temp.picked)"),
    firstFreeId: db.prepare<[], { id: number }>("SELECT seq AS id FROM sqlite_sequence WHERE name = 'nodes'"),
    // The new id of a picked node is the first free id plus its place in the list, so parents are found by their own.
    copyPicked: db.prepare(
      `INSERT INTO nodes (id, owner, parent, name, kind, size, hash, content, type, version, created_ms, modified_ms)
       SELECT @offset + picked.seq, nodes.owner,
              CASE WHEN picked.parent = @top THEN @newTop ELSE @offset + above.seq END,
              nodes.name, nodes.kind, nodes.size, nodes.hash, nodes.content, nodes.type, 0, @atMs, @atMs
       FROM temp.picked AS picked JOIN nodes ON nodes.id = picked.id
       LEFT JOIN temp.picked AS above ON above.id = picked.parent
       WHERE picked.parent IS NOT NULL ORDER BY picked.seq`,
    ),
  };
}
