import type { ServerResponse } from "node:http";
import type { DavContext } from "../context.ts";
import type { AllowedExchange } from "../exchange.ts";
import { readBody } from "../read-body.ts";
import type { Tree, TreeNode } from "../tree/tree.ts";
import { readPropfindRequest } from "../xml/propfind-request.ts";
import { maxXmlBytes } from "../xml/read-xml.ts";
import { davClasses } from "./options.ts";
import { notFound, placeOf } from "./place-of.ts";
import { isMinimal } from "./prefer.ts";
import { createResponder, type Respond } from "./respond.ts";
import { sendPage } from "./send-page.ts";

// Small enough that nobody waits long for a large listing, large enough to be quick.
const pageSize = 400;

const xmlHead = '<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">';
const xmlTail = "</D:multistatus>";

/** PROPFIND (RFC 4918 §9.1), streamed in pages; other requests run between them. */
export function createPropfind(context: DavContext) {
  const { tree } = context.storage;
  const prefixHref = context.config.prefix.map((segment) => `/${encodeURIComponent(segment)}`).join("");
  const createRespond = createResponder(context, prefixHref);

  return async (exchange: AllowedExchange): Promise<void> => {
    const { res, dav } = exchange;
    const request = readPropfindRequest(await readBody(exchange, maxXmlBytes));
    const place = placeOf(exchange);
    const top = await tree.find(place);
    if (top === null) throw notFound();
    const topHref =
      prefixHref + dav.target.segments.map((segment) => `/${encodeURIComponent(segment)}`).join("");
    const respond = await createRespond(exchange, request);
    const topItem = { node: top, href: top.kind === "collection" ? `${topHref}/` : topHref };
    const topText = xmlHead + (await respond([topItem]));
    res.writeHead(207, {
      "Content-Type": "application/xml; charset=utf-8",
      "Cache-Control": "private, no-store",
      DAV: davClasses,
      ...(isMinimal(exchange.req) ? { "Preference-Applied": "return=minimal" } : {}),
    });
    if (dav.depth === "0" || top.kind === "file") return void res.end(topText + xmlTail);
    res.write(topText);
    const isComplete = await sendBelow(res, listBelow(tree, top.id, `${topHref}/`, dav.depth), respond);
    if (isComplete) res.end(xmlTail);
  };
}

interface Page {
  readonly nodes: readonly TreeNode[];
  readonly baseHref: string;
}

async function sendBelow(
  res: ServerResponse,
  pages: AsyncIterable<Page>,
  respond: Respond,
): Promise<boolean> {
  for await (const { nodes, baseHref } of pages) {
    const text = await respond(nodes.map((node) => ({ node, href: memberHref(baseHref, node) })));
    if (!(await sendPage(res, text))) return false;
  }
  return !res.destroyed;
}

/** Pages of everything below a collection; parents come before their members. */
async function* listBelow(tree: Tree, topId: number, topHref: string, depth: string): AsyncGenerator<Page> {
  const waiting = [{ id: topId, baseHref: topHref }];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    let afterName: string | null = null;
    do {
      const nodes: readonly TreeNode[] = await tree.members(at.id, afterName, pageSize);
      const { baseHref } = at;
      if (nodes.length > 0) yield { nodes, baseHref };
      if (depth === "infinity") {
        for (const node of nodes) {
          if (node.kind === "collection") waiting.push({ id: node.id, baseHref: memberHref(baseHref, node) });
        }
      }
      afterName = nodes.length === pageSize ? (nodes.at(-1)?.name ?? null) : null;
    } while (afterName !== null);
  }
}

function memberHref(baseHref: string, { name, kind }: TreeNode): string {
  const href = baseHref + encodeURIComponent(name);
  return kind === "collection" ? `${href}/` : href;
}
