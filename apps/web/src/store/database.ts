import type { KeyedRecord, SyncTables } from "@relite/core/sync";
import Dexie, { type Table } from "dexie";
import type { IdentityRecord } from "../identity/identity.ts";

interface SettingRow {
  readonly key: string;
  readonly value: unknown;
}

type SyncRows = { [T in keyof SyncTables as `sync_${T}`]: Table<KeyedRecord<SyncTables[T]>, string> };

/** Everything this browser keeps: the identity, settings, and the local database of chat. */
export type ReliteDatabase = Dexie &
  SyncRows & {
    readonly identity: Table<IdentityRecord, string>;
    readonly settings: Table<SettingRow, string>;
  };

/** Opens on first use. The two factories are given by tests; a browser brings its own. */
export function createDatabase(
  name: string,
  factories: { readonly indexedDB?: IDBFactory; readonly IDBKeyRange?: typeof IDBKeyRange } = {},
): ReliteDatabase {
  const database = new Dexie(name, factories) as ReliteDatabase;
  database.version(1).stores({
    identity: "id",
    settings: "key",
    sync_clock: "key",
    sync_own: "key",
    sync_lanes: "key",
    sync_tails: "key",
    sync_ops: "key",
    sync_drafts: "key",
    sync_entities: "key",
    sync_live: "key",
  });
  return database;
}
