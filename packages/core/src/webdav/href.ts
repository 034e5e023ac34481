import { decodeSegment, isSegment, joinPath, maxPathLength } from "./path.ts";

/**
 * What a response's href names, seen from the collection that was asked for: `inside` carries the decoded path below
 * the base (the asked path itself for the collection's own entry); `outside` is ignored; `unusable` is something in
 * the collection that cannot be named, so the listing proves nothing about what is absent.
 */
export type HrefTarget =
  | { readonly kind: "inside"; readonly path: string; readonly depth: number }
  | { readonly kind: "outside" }
  | { readonly kind: "unusable" };

export interface AskedCollection {
  /** Raw URL path of the request, as sent. */
  readonly urlPath: string;
  /** The same below the base, decoded, as we spell it. */
  readonly path: string;
}

/** Servers write hrefs as absolute URLs, paths or relative ones, encoded in their own way, with doubled slashes. */
export function readHref(href: string, asked: AskedCollection): HrefTarget {
  const text = href.trim();
  const absolute = /^[a-z][a-z0-9+.-]*:\/\/[^/]*(.*)$/is.exec(text)?.[1] ?? text;
  const raw = absolute.split("/").filter((segment) => segment !== "");
  const askedRaw = asked.urlPath.split("/").filter((segment) => segment !== "");
  const isRelative = absolute !== "" && !absolute.startsWith("/");
  const steps = isRelative ? [...askedRaw, ...raw.filter((segment) => segment !== ".")] : raw;
  if (!startsWith(steps, askedRaw)) return { kind: "outside" };
  return below(steps.slice(askedRaw.length), asked.path);
}

function below(rest: readonly string[], askedPath: string): HrefTarget {
  let path = askedPath;
  for (const raw of rest) {
    if (raw === "..") return { kind: "outside" };
    const segment = decodeSegment(raw);
    if (segment === null || !isSegment(segment)) return { kind: "unusable" };
    path = joinPath(path, segment);
  }
  return path.length > maxPathLength ? { kind: "unusable" } : { kind: "inside", path, depth: rest.length };
}

/** The prefix is compared decoded, composed and without case: macOS and Windows servers answer in another spelling than was asked. */
function startsWith(steps: readonly string[], prefix: readonly string[]): boolean {
  return prefix.every((step, index) => sameStep(steps[index] ?? "", step));
}

function sameStep(one: string, other: string): boolean {
  return one === other || foldStep(one) === foldStep(other);
}

function foldStep(raw: string): string {
  return (decodeSegment(raw) ?? raw).normalize("NFC").toLowerCase();
}
