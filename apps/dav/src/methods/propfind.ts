import type { DavContext } from "../context.ts";
import type { AllowedExchange } from "../exchange.ts";
import { readBody } from "../read-body.ts";
import { shownHref } from "../shown-path.ts";
import type { Stretch } from "../tree/listings.ts";
import type { Place } from "../tree/place.ts";
import type { Tree, TreeNode } from "../tree/tree.ts";
import { createPropfindReader, type PropfindRequest } from "../xml/propfind-request.ts";
import { maxXmlBytes } from "../xml/read-xml.ts";
import { createKeptListings, type HeldListing, type ListingCopy } from "./kept-listings.ts";
import { listBelow, toPage } from "./list-below.ts";
import { notFound, placeOf } from "./place-of.ts";
import { isMinimal } from "./prefer.ts";
import { keyOf } from "./property-element.ts";
import { renewListing } from "./renew-listing.ts";
import { createResponder, type Respond } from "./respond.ts";
import { sendKept, sendListing } from "./send-listing.ts";
import { versionOf } from "./sync-token.ts";

// For each thread: a listing of 10,000 files with the properties that clients ask for, and few more.
const maxKeptBytes = 6 * 1024 * 1024;
const maxEach = 5.5 * 1024 * 1024;

/** The npm `webdav` client reads the quota from a PROPFIND without a body, where sabre/dav and Nextcloud have it. */
const everythingAndQuota: PropfindRequest = {
  kind: "allprop",
  include: ["quota-used-bytes", "quota-available-bytes"].map((name) => ({ namespace: "DAV:", name })),
};

/** PROPFIND (RFC 4918 §9.1), streamed in pages; other requests run between them. */
export function createPropfind(context: DavContext) {
  const { tree } = context.storage;
  const prefixHref = context.config.prefix.map((segment) => `/${encodeURIComponent(segment)}`).join("");
  const readRequest = createPropfindReader();
  const createRespond = createResponder(context, prefixHref);
  const listings = createKeptListings({ maxBytes: maxKeptBytes, maxEach });

  return async (exchange: AllowedExchange): Promise<void> => {
    const { dav } = exchange;
    const body = await readBody(exchange, maxXmlBytes);
    const place = placeOf(exchange);
    const found = tree.find(place);
    if (found === null) throw notFound();
    const isBare = body.length === 0 && dav.depth === "0" && found.kind === "collection";
    const request = isBare ? everythingAndQuota : readRequest(body);
    const href = shownHref(dav.target, context.config.prefix, dav.target.segments);
    const respond = await createRespond(exchange, request);
    const isListed = dav.depth !== "0" && found.kind === "collection";
    if (!isListed || respond.standing === null)
      return void (await answerAnew(exchange, { tree, respond, place, found, href, copy: null }));
    // A collection's id is its own for ever.
    const about = [found.id, href, dav.depth, isMinimal(exchange.req), respond.standing];
    const key = JSON.stringify([...about, ...keyParts(request)]);
    const kept = listings.find(key);
    const current =
      kept === null ? null : await makeCurrent(kept, { tree, respond, place, found, href, depth: dav.depth });
    if (current !== null) return sendKept(exchange, current);
    const copy = listings.begin(key);
    try {
      await answerAnew(exchange, { tree, respond, place, found, href, copy });
    } finally {
      copy?.end();
    }
  };
}

interface Asked {
  readonly tree: Tree;
  readonly respond: Respond;
  readonly place: Place;
  readonly found: TreeNode;
  /** Without a slash at its end. */
  readonly href: string;
}

/** A kept listing as it is now; null, and let go of, when it has to be made anew. */
async function makeCurrent(
  kept: HeldListing,
  { tree, respond, place, found, href, depth }: Asked & { readonly depth: string },
): Promise<HeldListing | null> {
  if (kept.version === versionOf(found)) return kept;
  try {
    return depth === "1"
      ? await renewListing(kept, { tree, respond, place, collection: found.id, baseHref: `${href}/` })
      : null;
  } finally {
    kept.release();
  }
}

/** Answers as it reads, and keeps what it answers in the copy, when it is asked to. */
async function answerAnew(
  exchange: AllowedExchange,
  { tree, respond, place, found, href, copy }: Asked & { readonly copy: ListingCopy | null },
): Promise<void> {
  const { wanted } = respond;
  const { depth } = exchange.dav;
  const hasStored = wanted.properties || wanted.checksums;
  const page = hasStored ? await tree.one(place, wanted) : { nodes: [found] };
  const [node] = page?.nodes ?? [];
  if (page === null || node === undefined) throw notFound();
  const isCollection = node.kind === "collection";
  const baseHref = isCollection ? `${href}/` : href;
  const top = toPage(page, () => ({ node, baseHref, path: "" }));
  const read = (stretch: Stretch) => tree.page(stretch, wanted);
  const pages = isCollection && depth !== "0" ? listBelow(read, node.id, baseHref, depth) : null;
  const isWhole = await sendListing(exchange, respond, { top, pages }, copy);
  // Pages are read one after the other: only when nothing has changed since the first are they of one moment.
  if (isWhole && copy !== null && tree.find(place)?.etag === node.etag) copy.keep(versionOf(node));
}

function keyParts(request: PropfindRequest): readonly string[] {
  const names = request.kind === "prop" ? request.names : request.kind === "allprop" ? request.include : [];
  return [request.kind, ...names.map(keyOf)];
}
