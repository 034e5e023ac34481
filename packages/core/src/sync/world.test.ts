import { describe, expect, it } from "vitest";
import { runWorld } from "../testing/index.ts";

describe("the simulated world", () => {
  it("[SYN20] breaks no rule from any seed", async () => {
    const failures: unknown[] = [];
    for (let seed = 1; seed <= 20; seed += 1) {
      const { violations } = await runWorld(seed);
      if (violations.length > 0) failures.push({ seed, violations: violations.slice(0, 4) });
    }
    expect(failures).toEqual([]);
  });
});
