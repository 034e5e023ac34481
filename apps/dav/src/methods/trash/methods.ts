import { ReliteError } from "@relite/core/errors";
import type { DavContext } from "../../context.ts";
import { mayWrite } from "../../engine/conditions.ts";
import type { AllowedExchange } from "../../exchange.ts";
import { isNavigation } from "../../html/page-shell.ts";
import { readConditions } from "../../preconditions.ts";
import type { TreeNode } from "../../tree/tree.ts";
import { createGet } from "../get.ts";
import { conditionsOf, destinationOf } from "../place-of.ts";
import { sendWritten } from "../send-written.ts";
import { createBrowseTrash } from "./browse-trash.ts";
import { createListTrash, visibleEntries } from "./list.ts";
import { isVisible, openEntry, openHome } from "./open-trash.ts";
import { createRestoreForm } from "./restore-form.ts";

/** What can be done in an app's trash: look, take out (COPY), bring back (MOVE), end for good (DELETE). */
export function createTrashMethods(context: DavContext) {
  const { storage, config } = context;
  const get = createGet(context, async (exchange) => {
    const { segments } = exchange.dav.target;
    if (segments.length === 2) throw onlyListed(exchange);
    return storage.tree.read((await openEntry(context, exchange, "read")).place);
  });
  const browse = createBrowseTrash(context);
  const look = async (exchange: AllowedExchange) => {
    if (isNavigation(exchange.req) && (await browse(exchange))) return;
    await get(exchange);
  };
  return {
    GET: look,
    HEAD: look,
    POST: createRestoreForm(context),
    PROPFIND: createListTrash(context),
    COPY: async (exchange: AllowedExchange) => {
      const { place } = await openEntry(context, exchange, "read");
      const written = await storage.trash.copyOut(place, destinationOf(exchange), {
        overwrite: exchange.dav.overwrite,
        shallow: exchange.dav.depth === "0",
        conditions: conditionsOf(exchange, config.prefix),
      });
      sendWritten(exchange, written, config.prefix);
    },
    MOVE: async (exchange: AllowedExchange) => {
      const { entry, place } = await openEntry(context, exchange, "write");
      if (entry.node.kind === "collection") refuseDepth(exchange);
      const written = await storage.trash.restore(place, destinationOf(exchange), {
        overwrite: exchange.dav.overwrite,
        shallow: false,
        conditions: conditionsOf(exchange, config.prefix),
      });
      sendWritten(exchange, written, config.prefix);
    },
    DELETE: async (exchange: AllowedExchange) => {
      const isWhole = exchange.dav.target.segments.length === 2;
      refuseDepth(exchange);
      await (isWhole ? purgeAll(context, exchange) : purgeOne(context, exchange));
      exchange.res.writeHead(204).end();
    },
  };
}

async function purgeOne(context: DavContext, exchange: AllowedExchange): Promise<void> {
  const { entry, place } = await openEntry(context, exchange, "write");
  if (place.segments.length > 1) {
    throw new ReliteError("forbidden", "What was deleted as one is ended as one", {
      reason: "part_of_entry",
    });
  }
  // What lies in the trash does not change, so there is nothing to decide again in the transaction.
  checkState(exchange, entry.node);
  await context.storage.trash.purge({ ...place, segments: [] }, place.segments);
}

/** Ends what the token may write to; what is deleted meanwhile stays. */
async function purgeAll(context: DavContext, exchange: AllowedExchange): Promise<void> {
  const home = await openHome(context, exchange);
  if (home === null) return;
  for await (const entries of visibleEntries(context, exchange, home)) {
    const mine = entries.filter((entry) => isVisible(context, exchange, entry, "write"));
    await context.storage.trash.purge(
      home,
      mine.map(({ node }) => node.name),
    );
  }
}

function checkState({ req }: AllowedExchange, node: TreeNode): void {
  if (mayWrite(node, readConditions(req.headers), () => ({ etag: node.etag, tokens: [] }))) return;
  throw new ReliteError("precondition_failed", "The resource is not in the state the request asks for");
}

function refuseDepth({ dav }: AllowedExchange): void {
  if (dav.depth === "infinity") return;
  throw new ReliteError("bad_request", "This method takes a collection as a whole", { reason: "bad_depth" });
}

function onlyListed({ res }: AllowedExchange): ReliteError {
  res.setHeader("Allow", "OPTIONS, PROPFIND, DELETE");
  return new ReliteError("method_not_allowed", "A collection is listed with PROPFIND");
}
