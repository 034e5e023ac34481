import type { SqliteDatabase } from "../../storage/open-database.ts";
import type { Place } from "../place.ts";
import type { Tree, TreeNode } from "../tree.ts";
import type { ContentStore } from "./content-store.ts";
import type { NodeStore } from "./node-store.ts";
import { type NodeRow, rowToNode } from "./rows.ts";

interface FoundRow {
  readonly node: TreeNode;
  readonly content: number | null;
}

// SQLite joins 64 tables at most; addresses have a handful of segments.
const maxSegmentsAtOnce = 16;
const maxPaths = 4_096;
const maxApps = 1_000;
// Of 64 KiB at most each.
const maxContents = 256;

/** Reads by path: in one statement each, and in none while nobody has written anything. */
export function createPathReader(
  db: SqliteDatabase,
  nodes: NodeStore,
  contents: ContentStore,
  look = createLookup(db),
): Pick<Tree, "findApp" | "find" | "read"> {
  const rememberPath = db.readMemory.remember<FoundRow | null>(maxPaths);
  const rememberApp = db.readMemory.remember<number | null>(maxApps);
  const rememberContent = db.readMemory.remember<ReturnType<ContentStore["read"]>>(maxContents);
  const find = (place: Place): FoundRow | null =>
    rememberPath(`${place.owner} ${place.root} ${place.segments.join("/")}`, () => look(place));
  return {
    findApp: (owner, appId) =>
      rememberApp(`${owner} ${appId}`, () => nodes.findApp(owner, appId)?.id ?? null),
    find: (place) => find(place)?.node ?? null,
    read: (place) => {
      const found = find(place);
      if (found === null) return null;
      const { node, content } = found;
      if (content === null) return { node, data: null, checksums: null };
      return { node, ...rememberContent(String(content), () => contents.read(content)) };
    },
  };
}

/** Looks a path up as it is now, in one statement for most. */
export function createLookup(db: SqliteDatabase): (place: Place) => FoundRow | null {
  const top = db.prepare<[number], NodeRow>("SELECT * FROM nodes WHERE id = ?");
  const descents: ReturnType<typeof prepareDescent>[] = [];

  function descend(from: number, segments: readonly string[]): NodeRow | undefined {
    const { length } = segments;
    const statement = descents[length] ?? prepareDescent(db, length);
    descents[length] = statement;
    return statement.get(from, ...segments);
  }

  return ({ owner, root, segments }) => {
    let row = segments.length === 0 ? top.get(root) : undefined;
    let from = root;
    for (let at = 0; at < segments.length; at += maxSegmentsAtOnce) {
      row = descend(from, segments.slice(at, at + maxSegmentsAtOnce));
      if (row === undefined) return null;
      from = row.id;
    }
    return row?.owner === owner ? { node: rowToNode(row), content: row.content } : null;
  };
}

/** From a node's id down a path of `length` names, each found by the index on parent and name. */
function prepareDescent(db: SqliteDatabase, length: number) {
  const steps = Array.from({ length }, (_, at) => at + 1);
  const tables = steps.map((at) => `nodes AS n${at}`).join(" CROSS JOIN ");
  const path = steps.map((at) => `n${at}.parent = ${at === 1 ? "?" : `n${at - 1}.id`} AND n${at}.name = ?`);
  return db.prepare<(number | string)[], NodeRow>(
    `SELECT n${length}.* FROM ${tables} WHERE ${path.join(" AND ")}`,
  );
}
