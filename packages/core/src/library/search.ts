import { foldText } from "../text/index.ts";

export interface Searchable {
  readonly title: string;
  readonly author: string | null;
  readonly series: string | null;
  readonly path: string;
}

/** What search looks in: folded title, author, series and path, one after the other. */
export function searchTextOf({ title, author, series, path }: Searchable): string {
  return [title, author, series, path]
    .filter((part) => part !== null && part !== "")
    .map((part) => foldText(part ?? ""))
    .join("\n");
}

/** The folded words of what somebody typed, at most 16; each has to occur. */
export function searchWords(text: string): readonly string[] {
  return foldText(text.slice(0, 1_000))
    .split(/\s+/u)
    .filter((word) => word !== "")
    .slice(0, 16);
}

/** Folded, with numbers padded, so that volume 2 comes before volume 10 wherever keys are compared by code point. */
export function sortKeyOf(text: string): string {
  return foldText(text)
    .trim()
    .replace(/\d+/g, (digits) => digits.padStart(6, "0"))
    .slice(0, 200)
    .toWellFormed();
}
