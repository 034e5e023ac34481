export { basic, createConnectionDesk, password } from "./connection-desk.ts";
export { awkwardNames, clientAnswered, collectEntries, namesInTop, withDavServer } from "./dav-bench.ts";
export { type FakeClock, fakeClock } from "./fake-clock.ts";
export { type JumpingClock, jumpingClock } from "./jumping-clock.ts";
export { type MemoryLaneRemote, memoryLaneRemote } from "./memory-lane-remote.ts";
export { memoryLocks } from "./memory-locks.ts";
export { createMemoryRepositories, type LibraryRepositories } from "./memory-repositories.ts";
export { type MemorySyncStore, memorySyncStore } from "./memory-sync-store.ts";
export { createRemoteDav, type RemoteDav, type RemoteDavOptions } from "./remote-dav.ts";
export type { Lie } from "./remote-lies.ts";
export type { RemoteQuirks } from "./remote-multistatus.ts";
export type { RemoteRequest } from "./remote-request.ts";
export { createRemoteTree, type RemoteTree } from "./remote-tree.ts";
export { createScanWorld, type ScanWorld } from "./scan-world.ts";
export { seededRandom } from "./seeded-random.ts";
export { type RunningServer, serveHandler } from "./serve-handler.ts";
export {
  bookNames,
  bookStates,
  createSmallLibrary,
  lieAlways,
  lieOnce,
  smallLibrarySize,
} from "./small-library.ts";
export { measureSyncCost, type SyncCost } from "./sync-cost.ts";
export { readWorldConfig, runWorld, type WorldResult } from "./world/index.ts";
