import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setImmediate } from "node:timers/promises";
import type { DavContext } from "../context.ts";
import type { AllowedExchange } from "../exchange.ts";
import { readBody } from "../read-body.ts";
import type { Tree, TreeNode } from "../tree/tree.ts";
import { readPropfindRequest } from "../xml/propfind-request.ts";
import { maxXmlBytes } from "../xml/read-xml.ts";
import { escapeXml } from "../xml/write-xml.ts";
import {
  asksForDead,
  asksForLocks,
  asksForQuota,
  createPropstat,
  type NodeFacts,
} from "./live-properties.ts";
import { createLockTexts } from "./lock-element.ts";
import { davClasses } from "./options.ts";
import { notFound, placeOf } from "./place-of.ts";

// Small enough that nobody waits long for a large listing, large enough to be quick.
const pageSize = 400;

const xmlHead = '<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">';
const xmlTail = "</D:multistatus>";

/** PROPFIND (RFC 4918 §9.1), streamed in pages; other requests run between them. */
export function createPropfind({ storage, config, clock }: DavContext) {
  const { tree } = storage;
  const prefixHref = config.prefix.map((segment) => `/${encodeURIComponent(segment)}`).join("");

  return async (exchange: AllowedExchange): Promise<void> => {
    const { res, dav } = exchange;
    const request = readPropfindRequest(await readBody(exchange, maxXmlBytes));
    const place = placeOf(exchange);
    const top = await tree.find(place);
    if (top === null) throw notFound();
    const usage = asksForQuota(request) ? await tree.usage(place.owner) : null;
    const locks = asksForLocks(request) ? await tree.locks(place.owner) : [];
    const lockTexts = createLockTexts(locks, config.prefix, clock.nowMs());
    const propstat = createPropstat(request);
    const topHref =
      prefixHref + dav.target.segments.map((segment) => `/${encodeURIComponent(segment)}`).join("");
    const respond: Respond = async (members) => {
      const dead = asksForDead(request) ? await tree.properties(members.map(({ node }) => node.id)) : none;
      let text = "";
      for (const { node, href } of members) {
        const facts = { usage, dead: dead.get(node.id) ?? [], locks: lockTexts(href) };
        text += `<D:response><D:href>${escapeXml(href)}</D:href>${propstat(node, facts)}</D:response>`;
      }
      return text;
    };
    const topItem = { node: top, href: top.kind === "collection" ? `${topHref}/` : topHref };
    const topText = xmlHead + (await respond([topItem]));
    res.writeHead(207, {
      "Content-Type": "application/xml; charset=utf-8",
      "Cache-Control": "private, no-store",
      DAV: davClasses,
    });
    if (dav.depth === "0" || top.kind === "file") return void res.end(topText + xmlTail);
    res.write(topText);
    const isComplete = await sendBelow(res, listBelow(tree, top.id, `${topHref}/`, dav.depth), respond);
    if (isComplete) res.end(xmlTail);
  };
}

interface Member {
  readonly node: TreeNode;
  readonly href: string;
}

type Respond = (members: readonly Member[]) => Promise<string>;

const none: ReadonlyMap<number, NodeFacts["dead"]> = new Map();

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
    if (res.destroyed) return false;
    if (!res.write(text)) await Promise.race([once(res, "drain"), once(res, "close")]);
    await setImmediate();
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
