import { expect, it } from "vitest";
import { coverTone } from "./cover-tone.ts";

it("[WLI2] one title has one tone everywhere, and the tones are spread", () => {
  const titles = Array.from({ length: 400 }, (_, index) => `Volume ${index} 三体`);
  expect(titles.map((title) => coverTone(title, 8))).toEqual(titles.map((title) => coverTone(title, 8)));
  expect(new Set(titles.map((title) => coverTone(title, 8))).size).toBe(8);
  expect(coverTone("", 8)).toBe(7);
});
