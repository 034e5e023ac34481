import { describe, expect, it } from "vitest";
import { createKeySequence } from "./key-sequence.ts";

const press = (key: string, timeStamp: number, more = {}) => ({
  key,
  timeStamp,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  target: null,
  ...more,
});

describe("keyboard shortcuts", () => {
  it("[WSH1] one key and two keys in a row", () => {
    const done: string[] = [];
    const keys = createKeySequence({ "g l": () => done.push("library"), "?": () => done.push("help") });
    expect(keys.press(press("?", 1))).toBe(true);
    expect(keys.press(press("g", 10))).toBe(false);
    expect(keys.press(press("l", 500))).toBe(true);
    expect(done).toEqual(["help", "library"]);
  });

  it("[WSH1] two keys too far apart, or with a modifier, do nothing", () => {
    const done: string[] = [];
    const keys = createKeySequence({ "g l": () => done.push("library"), n: () => done.push("new") });
    keys.press(press("g", 0));
    keys.press(press("l", 2_000));
    keys.press(press("n", 3_000, { ctrlKey: true }));
    expect(done).toEqual([]);
  });
});
