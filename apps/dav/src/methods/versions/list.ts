import { ReliteError } from "@relite/core/errors";
import type { DavContext } from "../../context.ts";
import type { AllowedExchange } from "../../exchange.ts";
import { readBody } from "../../read-body.ts";
import type { DeadProperty } from "../../tree/properties.ts";
import type { TreeNode } from "../../tree/tree.ts";
import { type FileVersion, versionNode } from "../../tree/versions.ts";
import { readPropfindRequest } from "../../xml/propfind-request.ts";
import { maxXmlBytes } from "../../xml/read-xml.ts";
import { isoTime, keptProperties } from "../kept-properties.ts";
import { alone, listBelow, membersOf } from "../list-below.ts";
import { notFound, placeOf } from "../place-of.ts";
import { createResponder, type Member, type MemberPage, type NodeSources } from "../respond.ts";
import { type Listing, sendListing } from "../send-listing.ts";
import { versionPlaceOf } from "./version-place.ts";

/** Versions by id, of whichever file is being told. */
type Known = Map<number, FileVersion>;

/**
 * PROPFIND of the versions. Addresses are those of the files; a file is a collection there, whose members are its
 * versions. Folders are listed too, one level at a time.
 */
export function createListVersions(context: DavContext) {
  const { config } = context;
  const hrefOf = (segments: readonly string[]) =>
    segments.map((segment) => `/${encodeURIComponent(segment)}`).join("");
  const prefixHref = hrefOf(config.prefix);

  return async (exchange: AllowedExchange): Promise<void> => {
    const request = readPropfindRequest(await readBody(exchange, maxXmlBytes));
    const known: Known = new Map();
    const href = prefixHref + hrefOf(exchange.dav.target.segments);
    const listing = await openListing(context, exchange, { href, known });
    const sources = sourcesOf(context, known);
    const respond = await createResponder(context, prefixHref, sources)(exchange, request);
    await sendListing(exchange, respond, listing);
  };
}

async function openListing(
  { storage: { tree, versions } }: DavContext,
  exchange: AllowedExchange,
  { href, known }: { readonly href: string; readonly known: Known },
): Promise<Listing> {
  const place = placeOf(exchange);
  const { depth } = exchange.dav;
  const node = await tree.find(place);
  if (node === null) {
    const from = versionPlaceOf(exchange);
    const all = from === null ? null : await versions.list(from.file);
    const version = all?.find(({ id }) => id === from?.id);
    if (version === undefined) throw notFound();
    known.set(version.id, version);
    return { top: alone(versionNode(version), href), pages: null };
  }
  if (depth === "infinity" && node.kind === "collection") throw onlyOneLevel();
  const baseHref = `${href}/`;
  const top = alone(asCollection(node), baseHref);
  if (depth === "0") return { top, pages: null };
  if (node.kind === "collection")
    return { top, pages: asCollections(listBelow(membersOf(tree), node.id, baseHref, "1")) };
  const all = (await versions.list(place)) ?? [];
  for (const version of all) known.set(version.id, version);
  const members = all.map((version) => ({ node: versionNode(version), baseHref, path: String(version.id) }));
  return { top, pages: onePage(members) };
}

async function* asCollections(pages: AsyncIterable<MemberPage>): AsyncGenerator<MemberPage> {
  for await (const { members } of pages) {
    yield {
      members: members.map(({ node, baseHref, path }) => {
        const isFile = node.kind === "file";
        return { node: asCollection(node), baseHref, path: isFile ? `${path}/` : path };
      }),
    };
  }
}

async function* onePage(members: readonly Member[]): AsyncGenerator<MemberPage> {
  yield { members };
}

/** Nothing a client stored belongs to a version, and ids of versions are not those of nodes. */
function sourcesOf({ config: { retention } }: DavContext, known: Known): NodeSources {
  const propertiesOf = ({ replacedMs, replacedBy }: FileVersion): readonly DeadProperty[] =>
    keptProperties({
      "replaced-at": isoTime(replacedMs),
      "replaced-by": replacedBy,
      "expires-at": retention.versionsMs === 0 ? null : isoTime(replacedMs + retention.versionsMs),
    });
  return {
    checksums: async () => new Map(),
    properties: async (ids) =>
      new Map(
        ids.flatMap((id) => {
          const version = known.get(id);
          return version === undefined ? [] : [[id, propertiesOf(version)] as const];
        }),
      ),
  };
}

function asCollection(node: TreeNode): TreeNode {
  return { ...node, kind: "collection", size: 0, hash: null, type: null, etag: `v${node.id}-${node.etag}` };
}

function onlyOneLevel(): ReliteError {
  return new ReliteError("forbidden", "Folders of versions are listed one level at a time", {
    reason: "depth_infinity",
    details: { condition: "propfind-finite-depth" },
  });
}
