import { describe, expect, it } from "vitest";
import { parseBytes, parseDurationMs } from "./index.ts";

describe("[ENV1] durations carry their unit", () => {
  it.each([
    ["20m", 1_200_000],
    ["1h", 3_600_000],
    ["500ms", 500],
    ["20", null],
    ["-5m", null],
    ["1 hour", null],
  ])("[ENV1] %s → %s", (text, expected) => expect(parseDurationMs(text)).toBe(expected));
});

describe("[ENV2] sizes are powers of 1024", () => {
  it.each([
    ["10G", 10 * 1024 ** 3],
    ["512 MiB", 512 * 1024 ** 2],
    ["4096", 4096],
    ["1.5G", null],
    ["lots", null],
    ["999999999999999T", null],
  ])("[ENV2] %s → %s", (text, expected) => expect(parseBytes(text)).toBe(expected));
});
