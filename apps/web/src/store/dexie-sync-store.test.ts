import { describeSyncStore } from "@relite/core/testing/contracts";
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { createDatabase } from "./database.ts";
import { createDexieSyncStore } from "./dexie-sync-store.ts";

describeSyncStore("[WST1] the browser's database", async () => {
  const database = createDatabase("relite-test", { indexedDB: new IDBFactory(), IDBKeyRange });
  await database.open();
  return createDexieSyncStore(database);
});
