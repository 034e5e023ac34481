import { isBySession } from "../../access/session-identity.ts";
import type { DavContext } from "../../context.ts";
import type { AllowedExchange } from "../../exchange.ts";
import { type KeptRow, keptPage } from "../../html/kept-page.ts";
import { wayDown } from "../../html/listing.ts";
import { sendPageOf } from "../../html/page-shell.ts";
import { addressOf } from "../../html/sign-in-form.ts";
import { wordsFor } from "../../html/words.ts";
import type { TrashEntry } from "../../tree/trash.ts";
import { sendListing } from "../browse.ts";
import { notFound } from "../place-of.ts";
import { visibleEntries } from "./list.ts";
import { isVisible, openEntry, openHome } from "./open-trash.ts";

/** What a person looks through. */
const mostRows = 1_000;

/** An app's trash for a person's browser, or a folder in it; false for a file, which is sent as any other. */
export function createBrowseTrash(context: DavContext) {
  return async (exchange: AllowedExchange): Promise<boolean> => {
    const { segments } = exchange.dav.target;
    if (segments.length === 2) await showEntries(context, exchange);
    else return showFolder(context, exchange);
    return true;
  };
}

async function showEntries(context: DavContext, exchange: AllowedExchange): Promise<void> {
  const { req, res, caller } = exchange;
  const { prefix } = context.config;
  const words = wordsFor(req.headers["accept-language"]);
  const { entries, isCut } = await newestEntries(context, exchange);
  const appHref = addressOf({ segments: ["apps", caller.appId], endsWithSlash: true }, prefix);
  const content = keptPage({
    words,
    title: words.trash,
    text: words.trashText,
    empty: words.emptyTrash,
    ended: words.deleted,
    rows: entries.map((entry) => toRow(context, exchange, entry)),
    isCut,
    back: { name: caller.appId, href: appHref },
    signOutHref: isBySession(exchange) ? appHref : null,
  });
  sendPageOf(req, res, { status: 200, shell: { words, title: words.trash }, content });
}

async function newestEntries(context: DavContext, exchange: AllowedExchange) {
  const home = await openHome(context, exchange);
  const entries: TrashEntry[] = [];
  if (home === null) return { entries, isCut: false };
  for await (const page of visibleEntries(context, exchange, home)) entries.push(...page);
  entries.sort((a, b) => b.deletedMs - a.deletedMs);
  return { entries: entries.slice(0, mostRows), isCut: entries.length > mostRows };
}

function toRow(context: DavContext, exchange: AllowedExchange, entry: TrashEntry): KeptRow {
  const { prefix, retention } = context.config;
  const { node, path, appId, deletedMs, bytes } = entry;
  const isFolder = node.kind === "collection";
  const segments = ["trash", appId, node.name];
  return {
    name: path.at(-1) ?? appId,
    place: [appId, ...path.slice(0, -1)].join("/"),
    isFolder,
    bytes,
    endedMs: deletedMs,
    goneMs: retention.trashMs === 0 ? null : deletedMs + retention.trashMs,
    href: addressOf({ segments, endsWithSlash: isFolder }, prefix),
    restoreHref: isVisible(context, exchange, entry, "write")
      ? addressOf({ segments, endsWithSlash: false }, prefix)
      : null,
  };
}

async function showFolder(context: DavContext, exchange: AllowedExchange): Promise<boolean> {
  const { tree } = context.storage;
  const { prefix } = context.config;
  const { entry, place } = await openEntry(context, exchange, "read");
  const node = await tree.find(place);
  if (node === null) throw notFound();
  if (node.kind === "file") return false;
  const words = wordsFor(exchange.req.headers["accept-language"]);
  const { segments } = exchange.dav.target;
  const hrefOf = (depth: number) =>
    addressOf({ segments: segments.slice(0, depth), endsWithSlash: true }, prefix);
  // The name of an entry is the trash's own: a person knows it by what it was called.
  const names = [words.trash, entry.path.at(-1) ?? entry.appId, ...segments.slice(3)];
  await sendListing(exchange, tree, {
    words,
    node,
    ...wayDown(names, (at) => hrefOf(at + 2)),
    href: hrefOf(segments.length),
    note: null,
  });
  return true;
}
