import { describe, expect, it } from "vitest";
import { readWorldConfig, runWorld } from "../testing/index.ts";

/** Seeds that once broke a rule; kept whatever the run explores. */
const pinned = [
  24, 41, 149, 167, 344, 365, 593, 1384, 1668, 2122, 2238, 2538, 3222, 3268, 3440, 3838, 5962, 6860, 18203,
  19241, 19592, 26331, 28400, 39588, 45706, 100828, 107559, 123266, 140297, 143437, 156866, 207697, 207697,
];

describe("the simulated world", () => {
  const { schedules, firstSeed } = readWorldConfig();

  it("[SYN20] breaks no rule from any seed", { timeout: 60_000 + schedules * 50 }, async () => {
    for (let seed = firstSeed; seed < firstSeed + schedules; seed += 1) {
      const { violations } = await runWorld(seed);
      expect({ seed, violations }).toEqual({ seed, violations: [] });
    }
  });

  it.each(pinned)("[SYN20] breaks no rule from seed %i any more", async (seed) => {
    expect((await runWorld(seed)).violations).toEqual([]);
  });

  it("[SYN21] the same seed is the same run, request for request", async () => {
    for (const seed of [2, 77, 1384]) expect((await runWorld(seed)).trace).toBe((await runWorld(seed)).trace);
  });
});
