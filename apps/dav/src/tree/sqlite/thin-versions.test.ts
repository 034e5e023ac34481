import { seededRandom } from "@relite/core/testing";
import { describe, expect, it } from "vitest";
import { maxVersionsPerFile, versionsToDrop } from "./thin-versions.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const nowMs = 20_000 * dayMs;
const aged = (...agesMs: number[]) =>
  agesMs.map((ageMs, index) => ({ id: index + 1, replacedMs: nowMs - ageMs }));

describe("thinning of versions", () => {
  it.each([
    ["nothing", aged(), []],
    ["one, however old", aged(300 * dayMs), []],
    ["all of the last hour", aged(59 * minuteMs, 58 * minuteMs, 1_000, 999, 0), []],
    ["the newest of an hour", aged(3 * hourMs - 1, 2.5 * hourMs, 2 * hourMs + 1), [1, 2]],
    ["the newest of a day", aged(2 * dayMs - 1, 1.5 * dayMs, 1.2 * dayMs), [1, 2]],
    ["a time that lies ahead", aged(0, -dayMs, -2 * dayMs), []],
  ])("[TV19] keeps %s", (_, versions, dropped) => {
    expect(versionsToDrop(versions, nowMs)).toEqual(dropped);
  });

  it.each([1, 2, 3])("[TV19] is done once, keeps the newest, and never more than 100, seed %i", (seed) => {
    const random = seededRandom(seed);
    const versions = Array.from({ length: 2_000 }, (_, id) => ({
      id,
      replacedMs: nowMs - random() ** 3 * 90 * dayMs,
    }));
    versions.sort((a, b) => a.replacedMs - b.replacedMs);
    const dropped = new Set(versionsToDrop(versions, nowMs));
    const kept = versions.filter(({ id }) => !dropped.has(id));
    expect(kept.length).toBeLessThanOrEqual(maxVersionsPerFile);
    expect(kept.at(-1)).toBe(versions.at(-1));
    expect(versionsToDrop(kept, nowMs)).toEqual([]);
  });

  it("[TV19] a file that is written every second for a day keeps its hours, and the last hour by two minutes", () => {
    let kept: { id: number; replacedMs: number }[] = [];
    for (let second = 0; second < 86_400; second += 1) {
      kept.push({ id: second, replacedMs: nowMs + second * 1_000 });
      if (kept.length <= maxVersionsPerFile) continue;
      const dropped = new Set(versionsToDrop(kept, nowMs + second * 1_000));
      kept = kept.filter(({ id }) => !dropped.has(id));
    }
    const ages = kept.map(({ replacedMs }) => (nowMs + dayMs - replacedMs) / hourMs);
    expect(kept.length).toBeLessThanOrEqual(maxVersionsPerFile);
    for (let hour = 2; hour < 23; hour += 1) {
      expect(
        ages.some((age) => age >= hour && age <= hour + 1),
        `hour ${hour}`,
      ).toBe(true);
    }
  });
});
