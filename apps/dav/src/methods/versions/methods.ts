import { ReliteError } from "@relite/core/errors";
import type { DavContext } from "../../context.ts";
import { mayWrite, type WriteConditions } from "../../engine/conditions.ts";
import type { AllowedExchange } from "../../exchange.ts";
import { isNavigation } from "../../html/page-shell.ts";
import { readConditions } from "../../preconditions.ts";
import type { TreeNode } from "../../tree/tree.ts";
import type { VersionPlace } from "../../tree/versions.ts";
import { createGet } from "../get.ts";
import { conditionsOf, destinationOf, notFound, placeOf } from "../place-of.ts";
import { leadTo, takeForm } from "../restored-page.ts";
import { sendWritten } from "../send-written.ts";
import { createBrowseVersions } from "./browse-versions.ts";
import { createListVersions } from "./list.ts";
import { versionPlaceOf } from "./version-place.ts";

/** What can be done with the versions of a file: look, give one's content to a file (COPY, MOVE), end them (DELETE). */
export function createVersionMethods(context: DavContext) {
  const { storage, config } = context;
  const { tree, versions } = storage;

  async function find(exchange: AllowedExchange): Promise<{ from: VersionPlace; node: TreeNode }> {
    if ((await tree.find(placeOf(exchange))) !== null) throw onlyListed(exchange);
    const from = versionPlaceOf(exchange);
    const found = from === null ? null : await versions.read(from);
    if (from === null || found === null) throw notFound();
    return { from, node: found.node };
  }

  const get = createGet(context, async (exchange) => {
    const { from } = await find(exchange);
    const found = await versions.read(from);
    // Its type is that of the file by name, when none was stored.
    return found === null
      ? null
      : { ...found, node: { ...found.node, name: from.file.segments.at(-1) ?? "" } };
  });

  const restore = (isMove: boolean) => async (exchange: AllowedExchange) => {
    const { from, node } = await find(exchange);
    checkState(exchange, node);
    const written = await versions.restore(from, destinationOf(exchange), {
      overwrite: exchange.dav.overwrite,
      conditions: withoutOwn(conditionsOf(exchange, config.prefix)),
      isMove,
    });
    sendWritten(exchange, written, config.prefix);
  };

  const browse = createBrowseVersions(context);
  const look = async (exchange: AllowedExchange) => {
    if (isNavigation(exchange.req) && (await browse(exchange))) return;
    await get(exchange);
  };

  return {
    GET: look,
    HEAD: look,
    POST: async (exchange: AllowedExchange) => {
      await takeForm(exchange);
      const { from } = await find(exchange);
      const conditions = conditionsOf(exchange, config.prefix);
      await versions.restore(from, from.file, { overwrite: true, conditions, isMove: false });
      const { segments } = exchange.dav.target;
      leadTo(exchange, { segments: segments.slice(0, -1), endsWithSlash: false }, config.prefix);
    },
    PROPFIND: createListVersions(context),
    COPY: restore(false),
    MOVE: restore(true),
    DELETE: async (exchange: AllowedExchange) => {
      const place = placeOf(exchange);
      const top = await tree.find(place);
      if (top?.kind === "collection") throw onlyListed(exchange);
      if (top !== null) await versions.drop(place, "all");
      else {
        const { from, node } = await find(exchange);
        checkState(exchange, node);
        await versions.drop(from.file, [from.id]);
      }
      exchange.res.writeHead(204).end();
    },
  };
}

/** A version never changes: its conditions are decided before, those about other resources with the write. */
function checkState({ req }: AllowedExchange, node: TreeNode): void {
  if (mayWrite(node, readConditions(req.headers), () => ({ etag: node.etag, tokens: [] }))) return;
  throw new ReliteError("precondition_failed", "The resource is not in the state the request asks for");
}

function withoutOwn({ ifLists, held, author }: WriteConditions): WriteConditions {
  const others = ifLists?.map((list) =>
    list.place === "own" ? { ...list, place: "out_of_sight" as const } : list,
  );
  return {
    ...(others === undefined ? {} : { ifLists: others }),
    ...(held === undefined ? {} : { held }),
    ...(author === undefined ? {} : { author }),
  };
}

function onlyListed({ res }: AllowedExchange): ReliteError {
  res.setHeader("Allow", "OPTIONS, PROPFIND, DELETE");
  return new ReliteError("method_not_allowed", "A collection is listed with PROPFIND");
}
