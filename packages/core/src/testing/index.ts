export { type FakeClock, fakeClock } from "./fake-clock.ts";
export { createMemoryRepositories, type LibraryRepositories } from "./memory-repositories.ts";
export { seededRandom } from "./seeded-random.ts";
