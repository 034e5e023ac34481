import * as fc from "fast-check";
import { expect, test } from "vitest";
import { foldText, isStorableText, requireStorableText } from "./index.ts";

test("[TX1] refuses NUL, lone surrogates and over-long text, and never repeats it", () => {
  const refused: readonly [string, string][] = [
    ["a\u0000b", "bad_text"],
    ["\ud800", "bad_text"],
    ["x\udc00y", "bad_text"],
    ["secret".repeat(10), "too_long"],
  ];
  for (const [text, reason] of refused) {
    expect(() => requireStorableText("name", text, 20)).toThrowError(
      expect.objectContaining({ code: "bad_request", reason, message: expect.not.stringContaining(text) }),
    );
  }
  for (const text of ["", "plain", "書籍 📚", "\u0001\t\n", "a".repeat(20)]) {
    expect(() => requireStorableText("name", text, 20)).not.toThrow();
  }
  expect(isStorableText("📚")).toBe(true);
});

test("[TX2] folds case, width and diacritics and leaves other scripts their marks", () => {
  const folded: readonly [string, string][] = [
    ["Čapek", "capek"],
    ["ＡＢＣ１２", "abc12"],
    ["Straße", "strasse"],
    ["Łódź Ærø", "lodz aero"],
    ["Ἰλιάς", "ιλιας"],
    ["ﬁn", "fin"],
    ["三体 第１巻", "三体 第1巻"],
    ["がぎぐ", "がぎぐ"],
    ["ｶﾞ", "ガ"],
    ["한국어", "한국어"],
    ["हिन्दी", "हिन्दी"],
    ["İstanbul", "istanbul"],
  ];
  for (const [text, expected] of folded) expect(foldText(text)).toBe(expected);
});

test("[TX2] folding is idempotent and one for composed and decomposed text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const folded = foldText(text);
      return foldText(folded) === folded && foldText(text.normalize("NFD")) === folded;
    }),
    { numRuns: 500 },
  );
});
