export { type EntityState, isAlive, readFields } from "./entity-state.ts";

export type { JsonValue } from "./json-value.ts";
export { createWebLocks, type Locks } from "./locks.ts";
export { type Change, randomHex, type Staging, stageChanges } from "./outbox.ts";
export { serverNowMs } from "./server-time.ts";
export {
  type KeyedRecord,
  type KeyRange,
  keysUnder,
  type LiveRecord,
  opKey,
  type SyncReader,
  type SyncStore,
  type SyncTable,
  type SyncTables,
  type SyncWriter,
  syncTables,
  wholeTable,
} from "./store.ts";
