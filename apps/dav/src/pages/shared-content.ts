import { identityOf } from "../access/session-identity.ts";
import type { OpenedSession } from "../access/sessions.ts";
import type { DavContext } from "../context.ts";
import type { AllowedExchange, Exchange, Identity } from "../exchange.ts";
import { checkAllowed } from "../gate.ts";
import { createFormat } from "../html/format.ts";
import { wayDown } from "../html/listing.ts";
import { sendPageOf } from "../html/page-shell.ts";
import { sharedFilePage } from "../html/share-page.ts";
import { wordsFor } from "../html/words.ts";
import { sendListing } from "../methods/browse.ts";
import { createGet } from "../methods/get.ts";
import { mediaTypeByName } from "../methods/media-type.ts";
import { notFound, placeOf } from "../methods/place-of.ts";
import type { Soon } from "../soon.ts";
import type { Target } from "../target.ts";
import type { Tree, TreeNode } from "../tree/tree.ts";
import { fileCapability } from "../zones.ts";

/** An address below a share: which share, and the path below what it shares. */
export interface ShareAddress {
  readonly id: string;
  readonly below: readonly string[];
}

/** Shows what is at an address of a share that is open, after the same checks as for any other request. */
export type Show = (exchange: Exchange, address: ShareAddress, opened: OpenedSession) => Promise<void>;

/** A request through a share, allowed, with what is shared. */
interface Shown {
  readonly exchange: AllowedExchange;
  readonly node: TreeNode;
  readonly address: ShareAddress;
  /** The path of what is shared, its app first. */
  readonly shared: readonly string[];
  readonly expiresMs: number;
}

export const shareScriptPath = "/relite/share.js";

export function createShow(context: DavContext): Show {
  const { tree, owners } = context.storage;
  const get = createGet(context);
  return async (exchange, address, opened) => {
    const shared = opened.credential.resource.slice("app:".length).split("/");
    const identity = identityOf(opened, owners);
    exchange.identity = identity;
    context.requestRate.take(`share ${address.id}`);
    const { expiresMs } = opened.credential;
    const top = await look(context, exchange, { identity, path: shared });
    const shown = { address, shared, expiresMs };
    if (top.node.kind === "file") return showFile({ ...top, ...shown }, get, tree);
    const inner = await look(context, exchange, { identity, path: [...shared, ...address.below] });
    if (inner.node.kind === "file") return get(inner.exchange);
    return showFolder({ ...inner, ...shown }, tree);
  };
}

/** What is at a path, as if the file's own address had been asked for by the one who shares. */
async function look(
  { storage: { tree }, config }: DavContext,
  exchange: Exchange,
  { identity, path }: { readonly identity: Identity; readonly path: readonly string[] },
): Promise<Pick<Shown, "exchange" | "node">> {
  const target: Target = { segments: ["apps", ...path], endsWithSlash: false };
  const needed = fileCapability(target, "read");
  if (needed === null) throw notFound();
  exchange.needed = [needed];
  checkAllowed(identity.principal, [needed], config);
  const [appId = ""] = path;
  const appRoot = await tree.findApp(identity.owner, appId);
  if (appRoot === null) throw notFound();
  const dav = { method: "GET", target, destination: null, depth: "infinity", overwrite: true } as const;
  const caller = { ...identity, appId, appRoot, destinationRoot: null };
  const allowed = Object.assign(exchange, { dav, caller });
  const node = await tree.find(placeOf(allowed));
  if (node === null) throw notFound();
  return { exchange: allowed, node };
}

/** A file that is shared by itself: a page about it at the link's address, its bytes below. */
async function showFile(
  { exchange, node, address, expiresMs }: Shown,
  get: (exchange: AllowedExchange) => Soon<void>,
  tree: Pick<Tree, "read">,
): Promise<void> {
  const { req, res } = exchange;
  const [name, ...more] = address.below;
  if (more.length > 0 || (name !== undefined && name !== node.name)) throw notFound();
  if (name !== undefined) return get(exchange);
  const words = wordsFor(req.headers["accept-language"]);
  const href = `/s/${address.id}/${encodeURIComponent(node.name)}`;
  const type = node.type ?? mediaTypeByName(node.name);
  const bytes = tree.read(placeOf(exchange))?.data ?? null;
  sendPageOf(req, res, {
    status: 200,
    shell: { words, title: node.name, script: shareScriptPath },
    content: sharedFilePage(words, { node, name: node.name, type, href, expiresMs, bytes }),
  });
}

async function showFolder(
  { exchange, node, address, shared, expiresMs }: Shown,
  tree: Pick<Tree, "members">,
): Promise<void> {
  const { id, below } = address;
  const words = wordsFor(exchange.req.headers["accept-language"]);
  const hrefOf = (depth: number) => `/s/${[id, ...below.slice(0, depth)].map(encodeURIComponent).join("/")}/`;
  const names = [shared.at(-1) ?? "", ...below];
  await sendListing(exchange, tree, {
    words,
    node,
    ...wayDown(names, hrefOf),
    href: hrefOf(below.length),
    note: words.sharedUntil(createFormat(words).time(expiresMs)),
    script: shareScriptPath,
  });
}
