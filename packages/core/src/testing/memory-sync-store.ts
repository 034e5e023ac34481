import type { KeyedRecord, KeyRange, SyncStore, SyncTable, SyncTables, SyncWriter } from "../sync/index.ts";
import { SortedRows } from "./sorted-rows.ts";

type Rows = { readonly [T in SyncTable]: SortedRows<SyncTables[T]> };
/** Per table the uncommitted values; null stands for a removed key. */
type Changes = { readonly [T in SyncTable]: Map<string, SyncTables[T] | null> };

export interface MemorySyncStore extends SyncStore {
  /** An independent copy, as a cloned browser profile or a kept backup of the device. */
  clone(): MemorySyncStore;
  /** Called before each commit; what it throws is what the write fails with, and nothing is kept. */
  beforeCommit(hook: () => void): void;
}

/** `SyncStore` in memory: serial writes, all or nothing, stored values frozen. */
export function memorySyncStore(from?: Rows): MemorySyncStore {
  const rows = from ?? emptyRows();
  let queue: Promise<unknown> = Promise.resolve();
  let hook = () => {};
  const listeners = new Set<(tables: ReadonlySet<SyncTable>) => void>();

  const write = async <T>(work: (writer: SyncWriter) => Promise<T>): Promise<T> => {
    const changes = emptyChanges();
    const result = await work(writerOf(rows, changes));
    hook();
    const touched = commit(rows, changes);
    if (touched.size > 0) for (const listener of listeners) listener(touched);
    return result;
  };
  return {
    read: (work) => work(writerOf(rows, emptyChanges())),
    write: (work) => {
      const done = queue.then(() => write(work));
      queue = done.catch(() => undefined);
      return done;
    },
    onCommit: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clone: () => memorySyncStore(cloneRows(rows)),
    beforeCommit: (next) => {
      hook = next;
    },
  };
}

function writerOf(rows: Rows, changes: Changes): SyncWriter {
  return {
    get: async (table, key) => lookUp(rows[table], changes[table], key),
    list: async (table, range) => listRange(rows[table], changes[table], range),
    put: async (table, key, value) => {
      changes[table].set(key, freezeDeep(value));
    },
    remove: async (table, key) => {
      changes[table].set(key, null);
    },
  };
}

function lookUp<T>(rows: SortedRows<T>, changes: ReadonlyMap<string, T | null>, key: string): T | undefined {
  const changed = changes.get(key);
  return changed === undefined ? rows.get(key) : (changed ?? undefined);
}

function listRange<T>(
  rows: SortedRows<T>,
  changes: ReadonlyMap<string, T | null>,
  range: KeyRange,
): readonly KeyedRecord<T>[] {
  let keys = rows.keysBetween(range.from, range.to);
  if (changes.size > 0) {
    const added = [...changes.keys()].filter((key) => key >= range.from && key < range.to);
    keys = [...new Set([...keys, ...added])].sort();
  }
  const found: KeyedRecord<T>[] = [];
  const limit = range.limit ?? Number.POSITIVE_INFINITY;
  for (const key of range.reverse === true ? keys.toReversed() : keys) {
    if (found.length >= limit) break;
    const value = lookUp(rows, changes, key);
    if (value !== undefined) found.push({ key, value });
  }
  return found;
}

function commit(rows: Rows, changes: Changes): ReadonlySet<SyncTable> {
  const touched = new Set<SyncTable>();
  const commitTable = <T>(table: SyncTable, into: SortedRows<T>, from: ReadonlyMap<string, T | null>) => {
    for (const [key, value] of from) {
      touched.add(table);
      if (value === null) into.delete(key);
      else into.set(key, value);
    }
  };
  commitTable("clock", rows.clock, changes.clock);
  commitTable("own", rows.own, changes.own);
  commitTable("lanes", rows.lanes, changes.lanes);
  commitTable("tails", rows.tails, changes.tails);
  commitTable("ops", rows.ops, changes.ops);
  commitTable("drafts", rows.drafts, changes.drafts);
  commitTable("entities", rows.entities, changes.entities);
  commitTable("live", rows.live, changes.live);
  return touched;
}

function freezeDeep<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) freezeDeep(part);
  return value;
}

function emptyRows(): Rows {
  return {
    clock: new SortedRows(),
    own: new SortedRows(),
    lanes: new SortedRows(),
    tails: new SortedRows(),
    ops: new SortedRows(),
    drafts: new SortedRows(),
    entities: new SortedRows(),
    live: new SortedRows(),
  };
}

function emptyChanges(): Changes {
  return {
    clock: new Map(),
    own: new Map(),
    lanes: new Map(),
    tails: new Map(),
    ops: new Map(),
    drafts: new Map(),
    entities: new Map(),
    live: new Map(),
  };
}

function cloneRows(rows: Rows): Rows {
  return {
    clock: rows.clock.clone(),
    own: rows.own.clone(),
    lanes: rows.lanes.clone(),
    tails: rows.tails.clone(),
    ops: rows.ops.clone(),
    drafts: rows.drafts.clone(),
    entities: rows.entities.clone(),
    live: rows.live.clone(),
  };
}
