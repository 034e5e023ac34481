import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDavDate } from "./dates.ts";
import { etagKey } from "./etag.ts";
import { readHref } from "./href.ts";
import { encodePath } from "./path.ts";

const noon = Date.UTC(1994, 10, 6, 8, 49, 37);

describe("[DC6] dates as servers write them", () => {
  it.each([
    ["Sun, 06 Nov 1994 08:49:37 GMT", noon],
    ["Sun, 06 Nov 1994 08:49:37 UTC", noon],
    ["Sun, 06 Nov 1994 10:49:37 +0200", noon],
    ["Sun, 6 Nov 1994 08:49:37 GMT", noon],
    ["Sunday, 06-Nov-94 08:49:37 GMT", noon],
    ["Sun Nov  6 08:49:37 1994", noon],
    ["Sun Nov 06 08:49:37 UTC 1994", noon],
    ["1994-11-06T08:49:37Z", noon],
    ["1994-11-06T08:49:37.123Z", noon],
    ["1994-11-06 09:49:37+01:00", noon],
    ["06 Nov 1994 08:49:37 GMT", noon],
    ["", null],
    ["yesterday", null],
    ["0", null],
    ["Sun, 31 Feb 1994 08:49:37 GMT", null],
    ["Sun, 06 Foo 1994 08:49:37 GMT", null],
    ["Sun, 06 Nov 1994 25:49:37 GMT", null],
    ["1994-13-06T08:49:37Z", null],
  ])("[DC6] %j → %s", (text, expected) => expect(parseDavDate(text)).toBe(expected));
});

describe("[DC6] entity tags", () => {
  it.each([
    ['"a"', "a"],
    ['W/"a"', "a"],
    ['"a-gzip"', "a"],
    ['W/"a;br"', "a"],
    ["a", "a"],
    ['""', null],
    [null, null],
  ])("[DC6] %j compares as %j", (etag, key) => expect(etagKey(etag)).toBe(key));
});

describe("[DC1] hrefs", () => {
  const segment = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
    .filter(
      (text) =>
        text !== "." &&
        text !== ".." &&
        !text.includes("/") &&
        !text.includes("\u0000") &&
        text.isWellFormed(),
    );

  it("[DC1] what is encoded comes back, wherever the base lies", () => {
    fc.assert(
      fc.property(
        fc.array(segment, { minLength: 1, maxLength: 5 }),
        fc.array(segment, { maxLength: 3 }),
        (steps, base) => {
          const path = steps.join("/");
          const urlPath = `/${base.map(encodeURIComponent).join("/")}/`;
          const href = `${urlPath}${encodePath(path)}`;
          expect(readHref(href.trim(), { urlPath, path: "" })).toEqual({
            kind: "inside",
            path,
            depth: steps.length,
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  it("[DC1] no text whatever makes it throw or leave the collection", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (href) => {
        const target = readHref(href, { urlPath: "/dav/in/", path: "in" });
        if (target.kind === "inside") expect(`${target.path}/`.startsWith("in/")).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
