import { type Base, propertyXml, type Send } from "./send-request.ts";
import { etagOf, isAtOrBelow, locksOver, type Model, parentOf } from "./tree-model.ts";

/** One resource as a listing shows it. */
export interface Seen {
  readonly isCollection: boolean;
  readonly etag: string;
  readonly size: number | null;
  readonly modifiedSec: number;
  /** Stored properties as they were written. */
  readonly properties: readonly string[];
  readonly tokens: readonly string[];
}

/** Everything a PROPFIND tells, by path below the base. */
export async function observe(
  send: Send,
  base: Base,
  { path = "", depth = "infinity" }: { readonly path?: string; readonly depth?: string } = {},
): Promise<Map<string, Seen>> {
  const url = path === "" ? `${base}/` : `${base}/${path.split("/").map(encodeURIComponent).join("/")}`;
  const answer = await send("PROPFIND", url, { headers: { Depth: depth } });
  const text = await answer.text();
  if (answer.status !== 207) throw new Error(`PROPFIND ${url}: ${answer.status} ${text}`);
  return readListing(text, base);
}

export function readListing(text: string, base: Base): Map<string, Seen> {
  if (!text.endsWith("</D:multistatus>")) throw new Error("the listing was cut");
  const seen = new Map<string, Seen>();
  for (const [, part = ""] of text.matchAll(/<D:response>(.*?)<\/D:response>/gs)) {
    const href = plain(/<D:href>([^<]*)</.exec(part)?.[1] ?? "");
    if (!href.startsWith(`${base}/`)) throw new Error(`${href} is not below ${base}`);
    const path = href
      .slice(base.length + 1)
      .replace(/\/$/, "")
      .split("/")
      .map(decodeURIComponent)
      .join("/");
    if (seen.has(path)) throw new Error(`${href} is named twice`);
    const size = /<D:getcontentlength>(\d+)</.exec(part)?.[1];
    seen.set(path, {
      isCollection: href.endsWith("/"),
      etag: /<D:getetag>"([^"]*)"</.exec(plain(part))?.[1] ?? "",
      size: size === undefined ? null : Number(size),
      modifiedSec: Date.parse(/<D:getlastmodified>([^<]*)</.exec(part)?.[1] ?? "") / 1000,
      properties: [...part.matchAll(/<(p\d) xmlns="urn:model">[^<]*<\/\1>/g)].map(([xml]) => xml).sort(),
      tokens: [...part.matchAll(/<D:locktoken><D:href>([^<]*)</g)].map(([, token = ""]) => token).sort(),
    });
  }
  return seen;
}

function plain(text: string): string {
  return text
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}

/** What is not as the model says; null when all is. Only what lies at or below `top`, down to `depth`. */
export function difference(
  model: Model,
  seen: ReadonlyMap<string, Seen>,
  within: Within = {},
): string | null {
  const { top = "", depth = "infinity" } = within;
  const isAsked = (path: string) =>
    path === top || (depth === "1" ? parentOf(path) === top : depth !== "0" && isAtOrBelow(path, top));
  const expected = [...model.nodes.keys()].filter(isAsked).sort();
  const there = [...seen.keys()].sort();
  if (expected.join("\n") !== there.join("\n")) {
    const missing = expected.filter((path) => !seen.has(path));
    const extra = there.filter((path) => !model.nodes.has(path));
    return `missing ${JSON.stringify(missing)}, not expected ${JSON.stringify(extra)}`;
  }
  for (const path of expected) {
    const told = differenceAt(model, path, seen.get(path));
    if (told !== null) return `${JSON.stringify(path)}: ${told}`;
  }
  return null;
}

interface Within {
  readonly top?: string;
  readonly depth?: string;
}

function differenceAt(model: Model, path: string, found: Seen | undefined): string | null {
  const node = model.nodes.get(path);
  if (node === undefined || found === undefined) return "is not there";
  const isCollection = node.body === null;
  if (isCollection !== found.isCollection) return isCollection ? "is no collection" : "is no file";
  if (node.body !== null && found.etag !== etagOf(node.body)) return "has another ETag than its content";
  if (node.body !== null && found.size !== Buffer.byteLength(node.body)) return `has ${found.size} bytes`;
  if (node.body !== null && node.modifiedSec !== null && found.modifiedSec !== node.modifiedSec) {
    return `was modified ${found.modifiedSec}, not ${node.modifiedSec}`;
  }
  const properties = [...node.properties].map(([name, value]) => propertyXml(name, value)).sort();
  if (properties.join() !== found.properties.join()) {
    return `has the properties ${found.properties.join()}, not ${properties.join()}`;
  }
  const tokens = locksOver(model, path)
    .map(({ token }) => token)
    .sort();
  return tokens.join() === found.tokens.join()
    ? null
    : `has the locks ${found.tokens.join()}, not ${tokens.join()}`;
}
