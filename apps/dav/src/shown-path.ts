import type { Target } from "./target.ts";

/**
 * The segments by which an answer names a resource: below the prefix, or in the form the request itself was given in,
 * for a client compares them with what it asked for.
 */
export function shownSegments(
  asked: Pick<Target, "alias"> | undefined,
  prefix: readonly string[],
  segments: readonly string[],
): readonly string[] {
  const alias = asked?.alias;
  if (alias === undefined) return [...prefix, ...segments];
  const [zone, ...rest] = segments;
  return zone === undefined ? alias : [...alias, zone === "apps" ? "files" : zone, ...rest];
}

/** The same as the path of a URL, without a slash at its end. */
export function shownHref(
  asked: Pick<Target, "alias"> | undefined,
  prefix: readonly string[],
  segments: readonly string[],
): string {
  return shownSegments(asked, prefix, segments)
    .map((segment) => `/${encodeURIComponent(segment)}`)
    .join("");
}
