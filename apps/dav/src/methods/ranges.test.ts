import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRanges } from "./ranges.ts";

describe("ranges", () => {
  it.each<[string | undefined, number, ReturnType<typeof readRanges>]>([
    [undefined, 10, null],
    ["bytes=0-0", 10, [{ start: 0, end: 0 }]],
    ["bytes=5-", 10, [{ start: 5, end: 9 }]],
    ["bytes=-3", 10, [{ start: 7, end: 9 }]],
    ["bytes=-30", 10, [{ start: 0, end: 9 }]],
    ["bytes=-0", 10, []],
    ["bytes=10-", 10, []],
    ["bytes=0-", 0, []],
    [
      "bytes=0-1,8-100",
      10,
      [
        { start: 0, end: 1 },
        { start: 8, end: 9 },
      ],
    ],
    ["bytes=0-1,20-30", 10, [{ start: 0, end: 1 }]],
    ["bytes=0-9,0-9", 10, null],
    ["bytes=", 10, null],
    ["bytes=--1", 10, null],
    ["bytes=1-0", 10, null],
    ["bytes=9999999999999999-", 10, null],
    ["pages=1-2", 10, null],
  ])("[DV8] %s of %i bytes", (header, size, expected) => expect(readRanges(header, size)).toEqual(expected));

  it("[DV8] any header gives ranges inside the file, or none", () => {
    const part = fc.oneof(fc.nat().map(String), fc.constant(""), fc.string({ maxLength: 3 }));
    const item = fc.tuple(part, part).map(([first, last]) => `${first}-${last}`);
    const header = fc.array(item, { maxLength: 40 }).map((items) => `bytes=${items.join(",")}`);
    fc.assert(
      fc.property(header, fc.nat({ max: 1_000 }), (text, size) => {
        for (const { start, end } of readRanges(text, size) ?? []) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThan(size);
        }
      }),
    );
  });
});
