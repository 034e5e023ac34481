import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bookFormats,
  recogniseFormat,
  searchTextOf,
  searchWords,
  sortKeyOf,
  titleFromName,
} from "./index.ts";

describe("[LB4] formats are recognised by name, else by type", () => {
  it.each(bookFormats)("[LB4] %s", (format) => {
    expect(recogniseFormat(`A book.${format}`)).toBe(format);
    expect(recogniseFormat(`A BOOK.${format.toUpperCase()}`)).toBe(format);
  });

  it.each([
    ["book.FB2.ZIP", undefined, "fb2.zip"],
    ["book.fbz", undefined, "fb2.zip"],
    ["book.kepub.epub", undefined, "epub"],
    ["page.htm", undefined, "html"],
    ["a.b.c.pdf", undefined, "pdf"],
    ["no extension", "application/epub+zip", "epub"],
    ["no extension", "text/plain; charset=utf-8", "txt"],
    ["no extension", undefined, null],
    ["cover.jpg", "image/jpeg", null],
    ["archive.zip", "application/zip", null],
    ["metadata.opf", undefined, null],
    [".epub", undefined, null],
    [".hidden.epub", undefined, null],
    ["._book.epub", undefined, null],
    [".noextension", "text/plain", null],
    ["epub", undefined, null],
    ["book.constructor", undefined, null],
    ["book.__proto__", undefined, null],
    ["book.epub ", undefined, null],
    ["", undefined, null],
  ])("[LB4] %j (%s) → %s", (name, type, format) => expect(recogniseFormat(name, type)).toBe(format));

  it.each([
    ["War_and_Peace.fb2.zip", "War and Peace"],
    ["Dune  Messiah .epub", "Dune Messiah"],
    ["三体.epub", "三体"],
    ["_.epub", "_.epub"],
    ["README", "README"],
    ["v1.2 notes", "v1.2 notes"],
  ])("[LB4] %j has the title %j until the file is read", (name, title) =>
    expect(titleFromName(name)).toBe(title),
  );
});

describe("[LB5] search folds what people type and what is stored alike", () => {
  it("[LB5] finds title, author, series and path without case, width and diacritics", () => {
    const text = searchTextOf({
      title: "Les Misérables",
      author: "Čapek",
      series: null,
      path: "Žánr/Ｆｕｌｌ/三体.epub",
    });
    for (const typed of ["MISERABLES", "čapek", "capek", "zanr full", "三体", "  ", "les   misé"])
      expect(
        searchWords(typed).every((word) => text.includes(word)),
        typed,
      ).toBe(true);
    expect(searchWords("wells").every((word) => text.includes(word))).toBe(false);
  });

  it("[LB5] takes no more than it can use of what is typed", () => {
    expect(searchWords("x ".repeat(100_000)).length).toBeLessThanOrEqual(16);
    expect(searchWords("")).toEqual([]);
  });

  it("[LB5] sorts volumes by number", () => {
    const titles = ["Volume 10", "volume 2", "Volume 1", "Émile", "Zola"];
    const sorted = [...titles].sort((a, b) => (sortKeyOf(a) < sortKeyOf(b) ? -1 : 1));
    expect(sorted).toEqual(["Émile", "Volume 1", "volume 2", "Volume 10", "Zola"]);
  });

  it("[LB5] gives keys any database takes, whatever the name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
        const key = sortKeyOf(text);
        expect(key.length).toBeLessThanOrEqual(200);
        expect(key.isWellFormed()).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
