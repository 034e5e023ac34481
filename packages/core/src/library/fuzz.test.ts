import { describeScanFuzz } from "../testing/contracts/index.ts";
import { createMemoryRepositories } from "../testing/index.ts";

/** Seeds that once found a fault stay here. */
const pinned: readonly number[] = [1_118, 1_281];
const from = (start: number, count: number) => Array.from({ length: count }, (_, index) => start + index);

describeScanFuzz({
  name: "repositories in memory",
  make: async () => createMemoryRepositories(),
  lyingSeeds: [...pinned, ...from(5_000, 90)],
  honestSeeds: from(1, 80),
});
