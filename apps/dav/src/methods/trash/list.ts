import type { DavContext } from "../../context.ts";
import type { AllowedExchange } from "../../exchange.ts";
import { readBody } from "../../read-body.ts";
import type { Place } from "../../tree/place.ts";
import type { DeadProperty } from "../../tree/properties.ts";
import type { TrashEntry } from "../../tree/trash.ts";
import type { TreeNode } from "../../tree/tree.ts";
import { readPropfindRequest } from "../../xml/propfind-request.ts";
import { maxXmlBytes } from "../../xml/read-xml.ts";
import { alone, listBelow, memberPath, membersOf } from "../list-below.ts";
import { notFound } from "../place-of.ts";
import { createResponder, type MemberPage, type NodeSources } from "../respond.ts";
import { type Listing, sendListing } from "../send-listing.ts";
import { entryProperties } from "./entry-properties.ts";
import { isVisible, openEntry, openHome } from "./open-trash.ts";

const pageSize = 200;

/** Entries whose nodes are about to be told, so that what is known about them is told with them. */
interface Told {
  entries: readonly TrashEntry[];
}

/** PROPFIND of the trash: an app's entries, or an entry, or something in one. */
export function createListTrash(context: DavContext) {
  const { config } = context;
  const hrefOf = (segments: readonly string[]) =>
    segments.map((segment) => `/${encodeURIComponent(segment)}`).join("");
  const prefixHref = hrefOf(config.prefix);

  return async (exchange: AllowedExchange): Promise<void> => {
    const { target } = exchange.dav;
    const request = readPropfindRequest(await readBody(exchange, maxXmlBytes));
    const told: Told = { entries: [] };
    const href = prefixHref + hrefOf(target.segments);
    const open = target.segments.length === 2 ? listHome : listEntry;
    const listing = await open(context, exchange, { href, told });
    const sources = sourcesOf(context, told);
    const respond = await createResponder(context, prefixHref, sources)(exchange, request);
    await sendListing(exchange, respond, listing);
  };
}

interface Asked {
  readonly href: string;
  readonly told: Told;
}

async function listHome(context: DavContext, exchange: AllowedExchange, asked: Asked): Promise<Listing> {
  const { dav, caller } = exchange;
  const baseHref = `${asked.href}/`;
  const home = await openHome(context, exchange);
  const top = home === null ? null : await context.storage.tree.find(home);
  if (home === null || top === null) {
    return { top: alone(emptyHome(caller.appId), baseHref), pages: null };
  }
  const pages =
    dav.depth === "0" ? null : listEntries(context, exchange, { home, baseHref, told: asked.told });
  return { top: alone(top, baseHref), pages };
}

async function listEntry(context: DavContext, exchange: AllowedExchange, asked: Asked): Promise<Listing> {
  const { tree } = context.storage;
  const { entry, place } = await openEntry(context, exchange, "read");
  const node = await tree.find(place);
  if (node === null) throw notFound();
  asked.told.entries = [entry];
  if (node.kind === "file") return { top: alone(node, asked.href), pages: null };
  const { depth } = exchange.dav;
  const baseHref = `${asked.href}/`;
  const pages = depth === "0" ? null : listBelow(membersOf(tree), node.id, baseHref, depth);
  return { top: alone(node, baseHref), pages };
}

async function* listEntries(
  context: DavContext,
  exchange: AllowedExchange,
  { home, baseHref, told }: { readonly home: Place; readonly baseHref: string; readonly told: Told },
): AsyncGenerator<MemberPage> {
  const { tree } = context.storage;
  for await (const entries of visibleEntries(context, exchange, home)) {
    told.entries = entries;
    yield { members: entries.map(({ node }) => ({ node, baseHref, path: memberPath(node) })) };
    told.entries = [];
    const trees = exchange.dav.depth === "infinity" ? entries : [];
    for (const { node } of trees) {
      if (node.kind === "collection")
        yield* listBelow(membersOf(tree), node.id, baseHref + memberPath(node), "infinity");
    }
  }
}

/** An app's entries in pages, those the token reaches. */
export async function* visibleEntries(
  context: DavContext,
  exchange: AllowedExchange,
  home: Place,
): AsyncGenerator<readonly TrashEntry[]> {
  for (let afterName: string | null | undefined = null; afterName !== undefined; ) {
    const page: readonly TrashEntry[] = await context.storage.trash.entries(home, afterName, pageSize);
    const visible = page.filter((entry) => isVisible(context, exchange, entry, "read"));
    if (visible.length > 0) yield visible;
    afterName = page.length === pageSize ? page.at(-1)?.node.name : undefined;
  }
}

function sourcesOf({ storage: { tree }, config }: DavContext, told: Told): NodeSources {
  return {
    checksums: tree.checksums,
    properties: async (ids) => {
      const all = new Map<number, readonly DeadProperty[]>(await tree.properties(ids));
      for (const entry of told.entries) {
        if (!ids.includes(entry.node.id)) continue;
        all.set(entry.node.id, [...(all.get(entry.node.id) ?? []), ...entryProperties(entry, config)]);
      }
      return all;
    },
  };
}

/** What an app's trash looks like while nothing was deleted. */
function emptyHome(name: string): TreeNode {
  const nothing = { size: 0, hash: null, type: null, createdMs: 0, modifiedMs: 0 };
  return { id: 0, kind: "collection", name, etag: "empty", ...nothing };
}
