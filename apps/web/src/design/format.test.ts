import { describe, expect, it } from "vitest";
import { formatAgo, formatBytes } from "./format.ts";

const nowMs = Date.UTC(2026, 5, 15, 12);
const minuteMs = 60_000;

describe("sizes", () => {
  it.each([
    [0, "en", "0B"],
    [512, "en", "512B"],
    [999_999, "en", "1,000 kB"],
    [1_430_000, "en", "1.4 MB"],
    [3_200_000_000, "zh-CN", "3.2 GB"],
  ])("[WFM1] %i in %s is %s", (bytes, locale, text) => expect(formatBytes(bytes, locale)).toBe(text));
});

describe("times", () => {
  it.each([
    [nowMs, "en", "now"],
    [nowMs - 30_000, "en", "now"],
    [nowMs + 20_000, "en", "now"],
    [nowMs - 5 * minuteMs, "en", "5 minutes ago"],
    [nowMs - 5 * minuteMs, "zh-CN", "5分钟前"],
    [nowMs - 25 * 60 * minuteMs, "en", "yesterday"],
    [nowMs + 19.5 * minuteMs, "en", "in 19 minutes"],
    [Date.UTC(2026, 0, 3, 12), "en", "Jan 3, 2026"],
  ])("[WFM2] %i in %s is %s", (atMs, locale, text) => expect(formatAgo(atMs, nowMs, locale)).toBe(text));
});
