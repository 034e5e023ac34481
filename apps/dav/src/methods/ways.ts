import { parsePathSegments } from "@relite/core/ucan";
import { type AuthenticateParts, authenticate } from "../access/authenticate.ts";
import type { Exchange } from "../exchange.ts";
import { readDepth } from "../guard.ts";
import { createHttpDate } from "../http-date.ts";
import type { RateLimit } from "../limits.ts";
import { readBody } from "../read-body.ts";
import type { PropertyName } from "../tree/properties.ts";
import { readPropfindRequest } from "../xml/propfind-request.ts";
import { maxXmlBytes } from "../xml/read-xml.ts";
import { escapeXml } from "../xml/write-xml.ts";
import { sendMultistatus } from "./multistatus.ts";
import { elementOf, keyOf, propstat } from "./property-element.ts";

export interface WayParts extends AuthenticateParts {
  readonly prefix: readonly string[];
  readonly requestRate: RateLimit;
  /** When these collections came to be. */
  readonly startedMs: number;
}

/** The segments of an address between the server's root and the apps, both included; null for any other. */
export function wayTo(prefix: readonly string[], rawPath: string): readonly string[] | null {
  const whole = [...prefix, "apps"];
  // Files lie deeper: their addresses are read once, where they are needed.
  if (rawPath.split("/", whole.length + 3).length > whole.length + 2) return null;
  const parsed = parsePathSegments(rawPath);
  if (!parsed.ok) return null;
  const { segments } = parsed;
  const isAbove = segments.length <= whole.length && segments.every((name, at) => name === whole[at]);
  return isAbove ? segments : null;
}

/**
 * PROPFIND above the apps. Windows (MiniRedir) and Office ask every collection from the server's root down before they
 * open one; so each is there, and shows only the way to the apps that the token names anyway.
 */
export async function answerWay(exchange: Exchange, way: readonly string[], parts: WayParts): Promise<void> {
  const { owner, principal } = await authenticate(exchange, parts);
  parts.requestRate.take(owner);
  const depth = readDepth("PROPFIND", exchange.req.headers.depth);
  const request = readPropfindRequest(await readBody(exchange, maxXmlBytes));
  const next = [...parts.prefix, "apps"][way.length];
  const grants = principal.grants.map((grant) => /^app:([^/*]+)/.exec(grant.with)?.[1] ?? null);
  const apps = [...new Set(grants.filter((id) => id !== null))].sort();
  const below = depth === "0" ? [] : next === undefined ? apps : [next];
  const describe = createDescription(request, parts.startedMs);
  const responses = [way, ...below.map((name) => [...way, name])].map((segments) => {
    const href = `/${segments.map((name) => `${encodeURIComponent(name)}/`).join("")}`;
    return `<D:response><D:href>${escapeXml(href)}</D:href>${describe}</D:response>`;
  });
  sendMultistatus(exchange.res, responses.join(""));
}

/** What each of them says of itself: they are alike. */
function createDescription(request: ReturnType<typeof readPropfindRequest>, startedMs: number): string {
  const valueByName: Readonly<Record<string, string>> = {
    resourcetype: "<D:collection/>",
    creationdate: new Date(startedMs).toISOString(),
    getlastmodified: createHttpDate()(startedMs),
  };
  const known = Object.keys(valueByName).map((name) => ({ namespace: "DAV:", name }));
  const asked = request.kind === "prop" ? request.names : known;
  const names = [...new Map(asked.map((name) => [keyOf(name), name])).values()];
  const valueAt = ({ namespace, name }: PropertyName) =>
    namespace === "DAV:" && Object.hasOwn(valueByName, name) ? (valueByName[name] ?? null) : null;
  const [found, missing] = [[] as string[], [] as string[]];
  for (const name of names) {
    const [{ open, close, empty }, value] = [elementOf(name), valueAt(name)];
    if (value === null) missing.push(empty);
    else found.push(request.kind === "propname" ? empty : open + value + close);
  }
  return (
    propstat(found.join(""), "200 OK") +
    (missing.length === 0 ? "" : propstat(missing.join(""), "404 Not Found"))
  );
}
