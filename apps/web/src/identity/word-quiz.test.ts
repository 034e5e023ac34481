import { seededRandom } from "@relite/core/testing";
import { describe, expect, it } from "vitest";
import { deviceNameOf } from "./device-name.ts";
import { isWord, pickQuizWords } from "./word-quiz.ts";

describe("confirming the words", () => {
  it("[WID5] two different words are asked for, one of each half", () => {
    const random = seededRandom(7);
    for (let round = 0; round < 500; round += 1) {
      const [first, second] = pickQuizWords(24, random);
      expect(first).toBeGreaterThanOrEqual(0);
      expect(first).toBeLessThan(12);
      expect(second).toBeGreaterThanOrEqual(12);
      expect(second).toBeLessThan(24);
    }
  });

  it.each([
    [" Abandon ", "abandon", true],
    ["abandoned", "abandon", false],
    ["", "abandon", false],
    ["x", undefined, false],
  ])("[WID5] %j for %j → %s", (typed, word, expected) => expect(isWord(typed, word)).toBe(expected));
});

describe("device names", () => {
  it.each([
    ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/153.0 Safari/537.36", "Chrome · Linux"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Version/26.0 Safari/604.1", "Safari · iOS"],
    ["Mozilla/5.0 (Windows NT 10.0) Chrome/153.0 Safari/537.36 Edg/153.0", "Edge · Windows"],
    ["curl/8", "Browser"],
  ])("[WID6] %s is %s", (userAgent, name) => expect(deviceNameOf(userAgent)).toBe(name));
});
