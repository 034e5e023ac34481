import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { en } from "./en/index.ts";
import { pickLanguage } from "./language.ts";
import { zh } from "./zh/index.ts";

type Tree = { readonly [key: string]: string | Tree };

function flatten(tree: Tree, prefix = ""): ReadonlyMap<string, string> {
  const rows = Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === "string" ? [[prefix + key, value]] : [...flatten(value, `${prefix}${key}.`)],
  );
  return new Map(rows);
}

const english = flatten(en);
const chinese = flatten(zh);
const withoutPlural = (key: string) => key.replace(/_(one|other)$/, "");
const baseKeys = (texts: ReadonlyMap<string, string>) => new Set([...texts.keys()].map(withoutPlural));

const sources = readdirSync(join(import.meta.dirname, ".."), { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && !name.startsWith("i18n") && !name.includes(".test."))
  .map((name) => readFileSync(join(import.meta.dirname, "..", name), "utf8"))
  .join("\n");

describe("texts", () => {
  it("[WTX1] both languages have the same keys", () => {
    expect([...baseKeys(chinese)].sort()).toEqual([...baseKeys(english)].sort());
  });

  it("[WTX1] both languages name the same values in a text", () => {
    const values = (text: string | undefined) => new Set(text?.match(/\{\{\w+\}\}/g) ?? []);
    for (const [key, text] of chinese) expect([key, values(text)]).toEqual([key, values(english.get(key))]);
  });

  it("[WTX1] no text is empty or left untranslated", () => {
    const sameInBoth = new Set(["Relite"]);
    for (const [key, text] of chinese) {
      expect([key, text.trim()]).not.toEqual([key, ""]);
      if (!sameInBoth.has(text)) expect([key, /\p{Script=Han}/u.test(text)]).toEqual([key, true]);
    }
  });

  it("[WTX2] every text is used", () => {
    const unused = [...baseKeys(english)].filter((key) => !isUsed(key));
    expect(unused).toEqual([]);
  });
});

/** Literally, or through a template such as `errors.${code}.title`. */
function isUsed(key: string): boolean {
  if (sources.includes(`"${key}"`)) return true;
  const [section, ...rest] = key.split(".");
  return rest.some((_, place) => {
    const before = [section, ...rest.slice(0, place)].join(".");
    const after = rest.slice(place + 1).join(".");
    return sources.includes(`\`${before}.\${`) && (after === "" || sources.includes(`}.${after}\``));
  });
}

describe("the language", () => {
  it.each([
    ["zh", ["en"], "zh"],
    [null, ["zh-TW", "en"], "zh"],
    [null, ["fr-FR", "en-GB"], "en"],
    [null, ["fr-FR"], "en"],
    ["xx", [], "en"],
  ] as const)("[WTX3] saved %s, wanted %j → %s", (saved, wanted, language) =>
    expect(pickLanguage(saved, wanted)).toBe(language),
  );
});
