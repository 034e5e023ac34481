import { appCapability, isAllowed } from "@relite/core/ucan";
import { insufficient } from "../../access/refusal.ts";
import type { DavContext } from "../../context.ts";
import type { AllowedExchange } from "../../exchange.ts";
import type { Place } from "../../tree/place.ts";
import type { TrashEntry } from "../../tree/trash.ts";
import type { Action } from "../../zones.ts";
import { notFound } from "../place-of.ts";

/** The trash of the app a request names; nothing was deleted there yet where `home` is null. */
export async function openHome(
  { storage: { trash } }: DavContext,
  { caller }: AllowedExchange,
): Promise<Place | null> {
  const root = await trash.home(caller.owner, caller.appId);
  return root === null ? null : { owner: caller.owner, root, segments: [] };
}

/** The entry a request names, and where that (or what it names in it) is; what the token may not see is not there. */
export async function openEntry(
  context: DavContext,
  exchange: AllowedExchange,
  action: Action,
): Promise<{ readonly entry: TrashEntry; readonly place: Place }> {
  const segments = exchange.dav.target.segments.slice(2);
  const home = await openHome(context, exchange);
  const entry = home === null ? null : await context.storage.trash.entry(home, segments[0] ?? "");
  if (home === null || entry === null || !isVisible(context, exchange, entry, "read")) throw notFound();
  if (!isVisible(context, exchange, entry, action)) {
    throw insufficient(appCapability(entry.appId, entry.path, action));
  }
  return { entry, place: { ...home, segments } };
}

/** Whether the token reaches the place something was deleted from. */
export function isVisible(
  { config }: DavContext,
  { caller }: AllowedExchange,
  { appId, path }: TrashEntry,
  action: Action,
): boolean {
  const needed = appCapability(appId, path, action);
  const least = { with: needed.with, can: config.requiredAction };
  return isAllowed(caller.principal, needed) && isAllowed(caller.principal, least);
}
