import {
  type KeyedRecord,
  type KeyRange,
  type SyncReader,
  type SyncStore,
  type SyncTable,
  type SyncTables,
  type SyncWriter,
  syncTables,
} from "@relite/core/sync";
import Dexie, { type Table, type Transaction } from "dexie";
import type { ReliteDatabase } from "./database.ts";

/** The store of sync and chat on IndexedDB; its transactions order the writes of all tabs. */
export function createDexieSyncStore(database: ReliteDatabase): SyncStore {
  const tables = syncTables.map((table) => tableOf(database, table));
  return {
    // Only an async scope makes Dexie keep the transaction open over native awaits.
    read: (work) => database.transaction("r", tables, async (transaction) => work(createWriter(transaction))),
    write: (work) =>
      database.transaction("rw", tables, async (transaction) => work(createWriter(transaction))),
    onCommit: (listener) => {
      const onMutation = (parts: object) => {
        const changed = changedTables(database.name, parts);
        if (changed.size > 0) listener(changed);
      };
      Dexie.on("storagemutated", onMutation);
      return () => Dexie.on.storagemutated.unsubscribe(onMutation);
    },
  };
}

function createWriter(transaction: Transaction): SyncWriter {
  const reader: SyncReader = {
    get: async (table, key) => (await tableOf(transaction, table).get(key))?.value,
    list: (table, range) => select(tableOf(transaction, table), range),
  };
  return {
    ...reader,
    put: async (table, key, value) => {
      await tableOf(transaction, table).put({ key, value });
    },
    remove: (table, key) => tableOf(transaction, table).delete(key),
  };
}

function select<Row>(table: Table<Row, string>, range: KeyRange): Promise<Row[]> {
  let rows = table.where(":id").between(range.from, range.to, true, false);
  if (range.reverse === true) rows = rows.reverse();
  if (range.limit !== undefined) rows = rows.limit(range.limit);
  return rows.toArray();
}

function tableOf<T extends SyncTable>(
  owner: { table(name: string): Table },
  table: T,
): Table<KeyedRecord<SyncTables[T]>, string> {
  return owner.table(`sync_${table}`);
}

/** Dexie names what a commit touched `idb://<database>/<table>/<index>`. */
function changedTables(databaseName: string, parts: object): ReadonlySet<SyncTable> {
  const touched = Object.keys(parts);
  return new Set(
    syncTables.filter((table) =>
      touched.some((part) => part.startsWith(`idb://${databaseName}/sync_${table}/`)),
    ),
  );
}
