export { type FakeClock, fakeClock } from "./fake-clock.ts";
export { memoryLocks } from "./memory-locks.ts";
export { createMemoryRepositories, type LibraryRepositories } from "./memory-repositories.ts";
export { type MemorySyncStore, memorySyncStore } from "./memory-sync-store.ts";
export { seededRandom } from "./seeded-random.ts";
