import { isReliteError, ReliteError } from "@relite/core/errors";
import { appCapability, isAllowed } from "@relite/core/ucan";
import type { DavContext } from "../../context.ts";
import type { AllowedExchange } from "../../exchange.ts";
import type { Place } from "../../tree/place.ts";
import { conditionsOf } from "../place-of.ts";
import { leadTo, takeForm } from "../restored-page.ts";
import { openEntry } from "./open-trash.ts";

/** Names that are tried before it is given up. */
const mostNames = 50;

/**
 * The button of the trash's page: brings an entry back to where it was, with folders above that are gone, and beside what
 * is there now, and leads to its folder.
 */
export function createRestoreForm(context: DavContext) {
  const { trash } = context.storage;
  const { prefix } = context.config;
  return async (exchange: AllowedExchange): Promise<void> => {
    await takeForm(exchange);
    const { entry, place } = await openEntry(context, exchange, "write");
    if (place.segments.length > 1) {
      throw new ReliteError("forbidden", "What was deleted as one comes back as one", {
        reason: "part_of_entry",
      });
    }
    const { owner, appRoot: root } = exchange.caller;
    // What was the app's own collection comes back as a folder of it.
    const path = entry.path.length === 0 ? [entry.node.name] : entry.path;
    await makeFolders(context, exchange, path);
    const conditions = conditionsOf(exchange, prefix);
    for (let count = 0; ; count += 1) {
      const segments = [...path.slice(0, -1), nameBeside(path.at(-1) ?? "", count)];
      try {
        await trash.restore(
          place,
          { owner, root, segments },
          { overwrite: false, shallow: false, conditions },
        );
        break;
      } catch (error) {
        const isTaken = isReliteError(error) && error.code === "precondition_failed";
        if (!isTaken || count === mostNames) throw error;
      }
    }
    leadTo(exchange, { segments: ["apps", entry.appId, ...path.slice(0, -1)], endsWithSlash: true }, prefix);
  };
}

/** Those above that are gone, as far as the one who asks may make them; what is there already is left alone. */
async function makeFolders(
  { storage: { tree } }: DavContext,
  { caller }: AllowedExchange,
  path: readonly string[],
): Promise<void> {
  for (let depth = 1; depth < path.length; depth += 1) {
    const segments = path.slice(0, depth);
    const place: Place = { owner: caller.owner, root: caller.appRoot, segments };
    if ((await tree.find(place)) !== null) continue;
    if (!isAllowed(caller.principal, appCapability(caller.appId, segments, "write"))) return;
    await tree.makeCollection(place, {});
  }
}

/** `plan.txt`, `plan (restored).txt`, `plan (restored 2).txt`. */
function nameBeside(name: string, count: number): string {
  if (count === 0) return name;
  const dot = name.lastIndexOf(".");
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  return `${stem} (restored${count === 1 ? "" : ` ${count}`})${ending}`;
}
