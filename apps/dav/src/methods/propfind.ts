import type { DavContext } from "../context.ts";
import type { AllowedExchange } from "../exchange.ts";
import { readBody } from "../read-body.ts";
import { shownHref } from "../shown-path.ts";
import type { Tree, TreeNode } from "../tree/tree.ts";
import { type PropfindRequest, readPropfindRequest } from "../xml/propfind-request.ts";
import { maxXmlBytes } from "../xml/read-xml.ts";
import { createAnswerPart } from "./answer-part.ts";
import { davClasses } from "./options.ts";
import { notFound, placeOf } from "./place-of.ts";
import { isMinimal } from "./prefer.ts";
import { createResponder, type Member, type Respond } from "./respond.ts";
import { openXmlAnswer } from "./xml-answer.ts";

// Small enough that nobody waits long for a large listing, large enough to be quick.
const pageSize = 500;
// The client begins to read while the rest is made.
const firstPageSize = 100;
const partBytes = 256 * 1024;
// Folders with few members share a part.
const minPartBytes = 16 * 1024;

const xmlHead = '<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">';
const xmlTail = "</D:multistatus>";

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

  return async (exchange: AllowedExchange): Promise<void> => {
    const { dav } = exchange;
    const body = await readBody(exchange, maxXmlBytes);
    const top = await tree.find(placeOf(exchange));
    if (top === null) throw notFound();
    const isBare = body.length === 0 && dav.depth === "0" && top.kind === "collection";
    const request = isBare ? everythingAndQuota : readPropfindRequest(body);
    const href = shownHref(dav.target, context.config.prefix, dav.target.segments);
    const isListed = dav.depth !== "0" && top.kind === "collection";
    await sendListing(exchange, await createRespond(exchange, request), {
      top: { node: top, baseHref: top.kind === "collection" ? `${href}/` : href, path: "" },
      pages: isListed ? listBelow(tree, top.id, `${href}/`, dav.depth) : null,
    });
  };
}

export interface Listing {
  readonly top: Member;
  /** What is below, when it is asked for. */
  readonly pages: AsyncIterable<readonly Member[]> | null;
}

/** Answers with a collection and what is below it, as it comes. */
export async function sendListing(
  { req, res }: AllowedExchange,
  respond: Respond,
  { top, pages }: Listing,
): Promise<void> {
  const opening = xmlHead + (await respond.text([top]));
  const answer = openXmlAnswer(res, 207, {
    DAV: davClasses,
    ...(isMinimal(req) ? { "Preference-Applied": "return=minimal" } : {}),
  });
  if (pages === null) return answer.end(opening + xmlTail);
  const part = createAnswerPart(partBytes);
  part.text(opening);
  for await (const members of pages) {
    if (part.length >= minPartBytes && !(await answer.send(part.take()))) return;
    await respond.write(part, members);
  }
  part.text(xmlTail);
  answer.end(part.take());
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

/** From a collection's address to its member's. */
export function memberPath({ name, kind }: TreeNode): string {
  const path = encodeURIComponent(name);
  return kind === "collection" ? `${path}/` : path;
}
