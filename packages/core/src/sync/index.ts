export { type AutoSync, type AutoSyncOptions, createAutoSync, type SyncTrigger } from "./auto-sync.ts";
export type { TailSigner, VerifySignature } from "./codec.ts";
export { createDavLaneRemote, type DavLaneOptions } from "./dav-remote.ts";
export { createSyncEngine, type SyncEngine, type SyncEngineOptions } from "./engine.ts";
export { type EntityState, isAlive, readFields } from "./entity-state.ts";
export { fold } from "./fold.ts";
export type { JsonValue } from "./json-value.ts";
export { createWebLocks, type Locks } from "./locks.ts";
export { segmentName } from "./names.ts";
export type { Op } from "./op.ts";
export { type Change, randomHex, type Staging, stageChanges } from "./outbox.ts";
export type { Packing } from "./packing.ts";
export type { SyncLimits } from "./parts.ts";
export type { LaneFolder, LaneListing, LaneRemote } from "./remote.ts";
export { createRequestLog, type LoggedRequest, type RequestLog } from "./request-log.ts";
export { serverNowMs } from "./server-time.ts";
export type { StatusSource, SyncPhase, SyncStatus } from "./status.ts";
export {
  type Draft,
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
