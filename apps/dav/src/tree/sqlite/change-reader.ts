import type { SqliteDatabase } from "../../storage/open-database.ts";
import type { Change } from "../changes.ts";
import type { Place } from "../place.ts";
import type { NodeStore } from "./node-store.ts";
import {
  isCollection,
  isRemoval,
  madeOrChanged,
  type NodeRow,
  removedCollection,
  rowToNode,
} from "./rows.ts";

interface LogRow {
  readonly seq: number;
  readonly node: number;
  readonly parent: number | null;
  readonly name: string;
  readonly action: number;
}

// Beyond this a client is told to begin anew, which is streamed, rather than that all is gathered at once.
const maxLogRows = 50_000;
const maxChanges = 100_000;

/** Reads the change log. Costs what changed, whatever the size of the tree. */
export function createChangeReader(db: SqliteDatabase, nodes: NodeStore) {
  const sql = prepare(db);

  /** Names from `top` down to a node; null when it does not lie there, or deeper than asked. */
  function pathOf(top: NodeRow, node: NodeRow, deep: boolean): readonly string[] | null {
    const path: string[] = [];
    for (let at: NodeRow | undefined = node; at !== undefined; at = nodes.sql.byId.get(at.parent ?? -1)) {
      if (at.id === top.id) return deep || path.length <= 1 ? path : null;
      path.unshift(at.name);
    }
    return null;
  }

  function gatherChanged(top: NodeRow, rows: readonly LogRow[], deep: boolean): Map<number, Change> {
    const changed = new Map<number, Change>();
    const add = (row: NodeRow, path: readonly string[], version: number) => {
      const newest = Math.max(version, changed.get(row.id)?.version ?? 0);
      const node = rowToNode(row);
      changed.set(row.id, { path, node, isCollection: isCollection(row), version: newest });
    };
    // A tree that was copied or moved here is one row of the log.
    const addBelow = (row: NodeRow, path: readonly string[], version: number) => {
      if (!deep || !isCollection(row)) return;
      for (const member of sql.members.all(row.id)) {
        if (changed.size > maxChanges) return;
        add(member, [...path, member.name], version);
        addBelow(member, [...path, member.name], version);
      }
    };
    const lastByNode = new Map<number, { readonly seq: number; readonly arrived: number | null }>();
    for (const { node, seq, action } of rows) {
      if (isRemoval(action)) continue;
      const arrived = action === madeOrChanged ? seq : (lastByNode.get(node)?.arrived ?? null);
      lastByNode.set(node, { seq, arrived });
    }
    for (const [id, { seq, arrived }] of lastByNode) {
      const row = nodes.sql.byId.get(id);
      const path = row === undefined ? null : pathOf(top, row, deep);
      if (row === undefined || path === null || path.length === 0) continue;
      add(row, path, seq);
      if (arrived !== null) addBelow(row, path, arrived);
    }
    return changed;
  }

  /** What is gone; null when a collection's place was taken by another: what was in it cannot be named any more. */
  function gatherGone(top: NodeRow, rows: readonly LogRow[], deep: boolean): readonly Change[] | null {
    const gone = new Map<string, Change>();
    for (const row of rows) {
      if (!isRemoval(row.action) || row.parent === null) continue;
      const above = nodes.sql.byId.get(row.parent);
      const path = above === undefined ? null : pathOf(top, above, deep);
      if (path === null || (!deep && path.length > 0)) continue;
      const wasCollection = row.action === removedCollection;
      const there = nodes.sql.child.get(row.parent, row.name);
      if (there !== undefined && there.id !== row.node && wasCollection && deep) return null;
      if (there !== undefined) continue;
      const change = { path: [...path, row.name], node: null, isCollection: wasCollection, version: row.seq };
      gone.set(JSON.stringify(change.path), change);
    }
    return [...gone.values()];
  }

  return (place: Place, since: number, deep: boolean): readonly Change[] | null => {
    const top = nodes.follow(place).node;
    if (top === null) return null;
    if (sql.isKnown.get({ owner: place.owner, since, now: top.version })?.known !== 1) return null;
    const rows = sql.since.all(place.owner, since, maxLogRows + 1);
    const changed = gatherChanged(top, rows, deep);
    const gone = gatherGone(top, rows, deep);
    if (gone === null || rows.length > maxLogRows || changed.size > maxChanges) return null;
    return [...changed.values(), ...gone].sort((a, b) => a.version - b.version);
  };
}

function prepare(db: SqliteDatabase) {
  return {
    since: db.prepare<[number, number, number], LogRow>(
      "SELECT seq, node, parent, name, action FROM changes WHERE owner = ? AND seq > ? ORDER BY seq LIMIT ?",
    ),
    // Sequence numbers between a backup and its restore belong to changes that were lost.
    isKnown: db.prepare<[{ owner: number; since: number; now: number }], { known: number }>(
      `SELECT (@since >= pruned_seq OR @since = @now)
         AND NOT EXISTS (SELECT 1 FROM timelines WHERE from_seq < @since AND @since <= to_seq) AS known
       FROM owners WHERE id = @owner`,
    ),
    members: db.prepare<[number], NodeRow>("SELECT * FROM nodes WHERE parent = ? ORDER BY name"),
  };
}
