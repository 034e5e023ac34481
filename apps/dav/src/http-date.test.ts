import { expect, it } from "vitest";
import { createHttpDate, createIsoTime } from "./http-date.ts";

it("[SP2] writes every time as the standard library does", () => {
  const httpDate = createHttpDate();
  const times = [
    0, 1, -1, 999, 1_000, 86_399_999, 86_400_000, -86_400_001, 1_700_000_000_123.5, 253_402_300_800_000,
  ];
  for (const base of times)
    for (const offset of [0, 59_999, 3_599_999, 86_399_000, -3_600_000]) {
      expect(httpDate(base + offset)).toBe(new Date(base + offset).toUTCString());
    }
  for (const ms of [8_640_000_000_000_001, Number.NaN, -62_198_755_200_000]) {
    expect(httpDate(ms)).toBe(new Date(ms).toUTCString());
  }
});

it("[LI2] writes every moment as the standard library does", () => {
  const isoTime = createIsoTime();
  for (const base of [0, 1, -1, 999, 86_399_999, -86_400_001, 1_700_000_000_123, 253_402_300_800_000])
    for (const offset of [0, 0, 7, 59_999, 3_599_999, 86_399_000, -3_600_000]) {
      expect(isoTime(base + offset)).toBe(new Date(base + offset).toISOString());
    }
  for (const ms of [-62_198_755_200_000, 1_700_000_000_123.5]) {
    expect(isoTime(ms)).toBe(new Date(ms).toISOString());
  }
  for (const ms of [8_640_000_000_000_001, Number.NaN]) expect(() => isoTime(ms)).toThrow(RangeError);
});
