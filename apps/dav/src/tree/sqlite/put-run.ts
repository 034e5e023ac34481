import type { SqliteDatabase } from "../../storage/open-database.ts";
import type { Place } from "../place.ts";
import type { NodeStore } from "./node-store.ts";
import { createPutRoom, type MoreRoom } from "./put-room.ts";
import { isCollection, madeOrChanged } from "./rows.ts";

export type PutRun = ReturnType<typeof createPutRun>;

interface Changed {
  readonly owner: number;
  readonly node: number;
  readonly parent: number;
  readonly name: string;
  readonly atMs: number;
}

// SQLite prepares one statement for each number of rows.
const maxRowsAtOnce = 16;

/**
 * What a run of file writes within one transaction has in common, read and written once for all of them: their parents,
 * locks and room; the change log, the marks on the collections above, and the sums of their owners. Holds nothing from one
 * run to the next: what else is done in the transaction comes after `settle`.
 */
export function createPutRun(db: SqliteDatabase, nodes: NodeStore) {
  const { sql } = nodes;
  // Always a row: a thread that is being ended gets none, and must not count from the beginning.
  const lastVersion = db
    .prepare<[], number>("SELECT ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'changes'), 0)")
    .pluck();
  const writeLog = createLogWriter(db);
  const room = createPutRoom(nodes);
  const parents = new Map<string, number | null>();
  const locked = new Map<number, boolean>();
  const touched = new Map<number, { version: number; atMs: number }>();
  let changes: Changed[] = [];
  let firstVersion = 0;

  function forget(): void {
    for (const known of [parents, locked, touched]) known.clear();
    room.forget();
    changes = [];
  }

  return {
    room,
    forget,
    settle(): void {
      writeLog(changes, firstVersion);
      // In the order of the last change below each: who is above several gets the newest.
      const byVersion = [...touched].sort(([, a], [, b]) => a.version - b.version);
      for (const [parent, { version, atMs }] of byVersion) {
        sql.touch.run(atMs, parent);
        sql.bumpUp.run({ version, start: parent });
      }
      room.settle();
      forget();
    },
    /** The collection a place is in; null when there is none, or when the place is the app's own. */
    parentOf({ owner, root, segments }: Place): number | null {
      const above = segments.slice(0, -1);
      const key = `${owner} ${root} ${above.join("/")}`;
      const known = parents.get(key);
      if (known !== undefined) return known;
      const { node } = nodes.follow({ owner, root, segments: above });
      const parent = segments.length > 0 && node !== null && isCollection(node) ? node.id : null;
      parents.set(key, parent);
      return parent;
    },
    hasLocks(owner: number): boolean {
      const known = locked.get(owner) ?? nodes.locks.liveOf(owner).length > 0;
      locked.set(owner, known);
      return known;
    },
    /** The number of the next change, which `note` then has to be told of. */
    nextVersion(): number {
      if (changes.length === 0) {
        const last = lastVersion.get();
        if (last === undefined) throw new Error("a statement that always answers did not");
        firstVersion = last + 1;
      }
      return firstVersion + changes.length;
    },
    /** A file was written with the next version: once, and after everything else that it takes. */
    note(changed: Changed, more: MoreRoom): void {
      const { owner, parent, atMs } = changed;
      touched.set(parent, { version: firstVersion + changes.length, atMs });
      changes.push(changed);
      room.take(owner, more);
    },
  };
}

function createLogWriter(db: SqliteDatabase) {
  const byRows: ReturnType<typeof prepareLog>[] = [];
  return (changes: readonly Changed[], firstVersion: number): void => {
    for (let at = 0; at < changes.length; at += maxRowsAtOnce) {
      const some = changes.slice(at, at + maxRowsAtOnce);
      const log = byRows[some.length] ?? prepareLog(db, some.length);
      byRows[some.length] = log;
      log.run(
        some.flatMap(({ owner, node, parent, name, atMs }, index) => {
          const version = firstVersion + at + index;
          return [version, owner, node, parent, name, madeOrChanged, atMs];
        }),
      );
    }
  };
}

function prepareLog(db: SqliteDatabase, rows: number) {
  const values = Array.from({ length: rows }, () => "(?, ?, ?, ?, ?, ?, ?)").join(", ");
  return db.prepare<[(number | string)[]]>(
    `INSERT INTO changes (seq, owner, node, parent, name, action, at_ms) VALUES ${values}`,
  );
}
