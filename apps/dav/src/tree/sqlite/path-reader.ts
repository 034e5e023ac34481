import type { SqliteDatabase } from "../../storage/open-database.ts";
import type { Place } from "../place.ts";
import type { FoundNode, Tree, TreeNode } from "../tree.ts";
import type { ContentStore } from "./content-store.ts";
import type { NodeStore } from "./node-store.ts";
import { type NodeRow, rowToNode } from "./rows.ts";

interface FoundRow {
  readonly node: TreeNode;
  readonly content: number | null;
}

type Body = Omit<FoundNode, "node">;

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
  contents: Pick<ContentStore, "read">,
  look = createLookup(db),
): Pick<Tree, "findApp" | "find" | "read"> {
  const rememberPath = db.readMemory.remember<FoundRow | null>(maxPaths);
  const rememberApp = db.readMemory.remember<number | null>(maxApps);
  const rememberContent = db.readMemory.remember<Body | null>(maxContents);
  const find = (place: Place): FoundRow | null =>
    rememberPath(`${place.owner} ${place.root} ${place.segments.join("/")}`, () => look(place));
  const readAtOnce = db.transaction((place: Place): FoundNode | null => {
    const found = look(place);
    return found === null ? null : { node: found.node, ...(bodyOf(found, contents.read) ?? nothing) };
  });
  return {
    findApp: (owner, appId) =>
      rememberApp(`${owner} ${appId}`, () => nodes.findApp(owner, appId)?.id ?? null),
    find: (place) => find(place)?.node ?? null,
    read: (place) => {
      const found = find(place);
      if (found === null) return null;
      const body = bodyOf(found, (content) => rememberContent(String(content), () => contents.read(content)));
      // Written over between the two reads: once more, of one moment.
      return body === null ? readAtOnce(place) : { node: found.node, ...body };
    },
  };
}

const nothing: Body = { data: null, checksums: null };

/** Null when what the row has is not there any more. */
function bodyOf({ content }: FoundRow, read: (content: number) => Body | null): Body | null {
  return content === null ? nothing : read(content);
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
