import { describe, expect, it } from "vitest";
import { isRangeFresh, readConditions, readHttpDate } from "./preconditions.ts";

describe("conditional headers", () => {
  it.each<[string, number | null]>([
    ["Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777_000],
    ["Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777_000],
    ["Sun Nov  6 08:49:37 1994", 784_111_777_000],
    ["yesterday", null],
    ["1994", null],
    ["Sun, 99 Nov 1994 08:49:37 GMT", null],
  ])("[DV7] date %s", (text, expected) => expect(readHttpDate(text)).toBe(expected));

  it("[DV5] reads lists of tags", () => {
    expect(readConditions({ "if-match": '"a" , "b,c"' })).toEqual({ ifMatch: ["a", "b,c"] });
    expect(readConditions({ "if-match": 'W/"a", "b"', "if-none-match": 'W/"a"' })).toEqual({
      ifMatch: ["b"],
      ifNoneMatch: ["a"],
    });
    expect(readConditions({ "if-none-match": " * " })).toEqual({ ifNoneMatch: "*" });
    expect(() => readConditions({ "if-match": '"a' })).toThrow();
    expect(() => readConditions({ "if-none-match": "a" })).toThrow();
    expect(() => readConditions({ "if-match": '"a" "b"' })).toThrow();
  });

  it("[DV8] If-Range wants a strong tag or the exact date", () => {
    const facts = { etag: "a", modifiedMs: 784_111_777_123 };
    expect(isRangeFresh(undefined, facts)).toBe(true);
    expect(isRangeFresh('"a"', facts)).toBe(true);
    expect(isRangeFresh('W/"a"', facts)).toBe(false);
    expect(isRangeFresh("Sun, 06 Nov 1994 08:49:37 GMT", facts)).toBe(true);
    expect(isRangeFresh("Sun, 06 Nov 1994 08:49:38 GMT", facts)).toBe(false);
  });
});
