export type { ChangedAuth, ConnectionChange, NewAuth } from "./auth.ts";
export type { ConnectionCheck } from "./check.ts";
export type {
  AuthKind,
  Connection,
  ConnectionFailure,
  ConnectionPatch,
  ConnectionStatus,
} from "./connection.ts";
export type { ConnectionRepository } from "./repository.ts";
export { createScheduler, type Scheduler, type SchedulerParts } from "./scheduler.ts";
export {
  type ConnectionService,
  type ConnectionServiceParts,
  createConnectionService,
  type NewConnection,
} from "./service.ts";
export { createSyncWork, type SyncJobParts } from "./sync-job.ts";
