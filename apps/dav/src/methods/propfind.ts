import type { DavContext } from "../context.ts";
import type { AllowedExchange } from "../exchange.ts";
import { readBody } from "../read-body.ts";
import { shownHref } from "../shown-path.ts";
import type { Tree, TreeNode } from "../tree/tree.ts";
import { type PropfindRequest, readPropfindRequest } from "../xml/propfind-request.ts";
import { maxXmlBytes } from "../xml/read-xml.ts";
import { createKeptAnswers } from "./kept-answers.ts";
import { notFound, placeOf } from "./place-of.ts";
import { isMinimal } from "./prefer.ts";
import { keyOf } from "./property-element.ts";
import { createResponder, type Member } from "./respond.ts";
import { sendKept, sendListing } from "./send-listing.ts";

// Small enough that nobody waits long for a large listing, large enough to be quick.
const pageSize = 500;
// The client begins to read while the rest is made.
const firstPageSize = 100;
// For each thread: a listing of 10,000 files with the properties that clients ask for, and a few more.
const maxKeptBytes = 6 * 1024 * 1024;
const maxEach = 4 * 1024 * 1024;

/** The npm `webdav` client reads the quota from a PROPFIND without a body, where sabre/dav and Nextcloud have it. */
const everythingAndQuota: PropfindRequest = {
  kind: "allprop",
  include: ["quota-used-bytes", "quota-available-bytes"].map((name) => ({ namespace: "DAV:", name })),
};

/** PROPFIND (RFC 4918 §9.1), streamed in pages; other requests run between them. */
export function createPropfind(context: DavContext) {
  const { tree } = context.storage;
  const prefixHref = context.config.prefix.map((segment) => `/${encodeURIComponent(segment)}`).join("");
  const createRespond = createResponder(context, prefixHref);
  const answers = createKeptAnswers({ maxBytes: maxKeptBytes, maxEach });

  return async (exchange: AllowedExchange): Promise<void> => {
    const { dav } = exchange;
    const body = await readBody(exchange, maxXmlBytes);
    const place = placeOf(exchange);
    const top = await tree.find(place);
    if (top === null) throw notFound();
    const isBare = body.length === 0 && dav.depth === "0" && top.kind === "collection";
    const request = isBare ? everythingAndQuota : readPropfindRequest(body);
    const href = shownHref(dav.target, context.config.prefix, dav.target.segments);
    const isListed = dav.depth !== "0" && top.kind === "collection";
    const respond = await createRespond(exchange, request);
    const baseHref = top.kind === "collection" ? `${href}/` : href;
    const listing = { top: { node: top, baseHref, path: "" }, pages: null };
    if (!isListed) return void (await sendListing(exchange, respond, listing));
    // A collection's tag is its own for ever, and changes with everything below it.
    const asked = [top.etag, baseHref, dav.depth, isMinimal(exchange.req), ...keyParts(request)];
    const key = respond.isLasting ? JSON.stringify(asked) : null;
    const kept = key === null ? null : answers.find(key);
    if (kept !== null) return sendKept(exchange, kept);
    const copy = key === null ? null : answers.begin(key);
    const pages = listBelow(tree, top.id, baseHref, dav.depth);
    const isWhole = await sendListing(exchange, respond, { ...listing, pages }, copy);
    // Pages are read one after the other: only when nothing has changed since the first are they of one moment.
    if (isWhole && (await tree.find(place))?.etag === top.etag) copy?.keep();
  };
}

function keyParts(request: PropfindRequest): readonly string[] {
  const names = request.kind === "prop" ? request.names : request.kind === "allprop" ? request.include : [];
  return [request.kind, ...names.map(keyOf)];
}

/** Pages of everything below a collection; parents come before their members. */
export async function* listBelow(
  tree: Pick<Tree, "members">,
  topId: number,
  topHref: string,
  depth: string,
): AsyncGenerator<readonly Member[]> {
  const waiting = [{ id: topId, baseHref: topHref }];
  let limit = firstPageSize;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    let afterName: string | null = null;
    do {
      const nodes: readonly TreeNode[] = await tree.members(at.id, afterName, limit);
      afterName = nodes.length === limit ? (nodes.at(-1)?.name ?? null) : null;
      limit = pageSize;
      const { baseHref } = at;
      if (nodes.length > 0) yield nodes.map((node) => ({ node, baseHref, path: memberPath(node) }));
      if (depth === "infinity") {
        for (const node of nodes) {
          if (node.kind === "collection")
            waiting.push({ id: node.id, baseHref: baseHref + memberPath(node) });
        }
      }
    } while (afterName !== null);
  }
}

// What stands in an address as it is.
const plain = /^[\w.!~*'()-]*$/;

/** From a collection's address to its member's. */
export function memberPath({ name, kind }: TreeNode): string {
  const path = plain.test(name) ? name : encodeURIComponent(name);
  return kind === "collection" ? `${path}/` : path;
}
