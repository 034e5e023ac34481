import { ReliteError } from "@relite/core/errors";
import { appCapability, isAllowed } from "@relite/core/ucan";
import type { WriteAuthor, WriteConditions } from "../engine/conditions.ts";
import { parseIfHeader } from "../engine/if-header.ts";
import type { AllowedExchange } from "../exchange.ts";
import { readConditions } from "../preconditions.ts";
import { readHeaderUri, type Target } from "../target.ts";
import type { Place } from "../tree/place.ts";
import { readLockToken } from "./lock-token.ts";

/** Where in storage the request's own address is: below the app's node, by the segments the gate has seen. */
export function placeOf({ caller, dav }: AllowedExchange): Place {
  return { owner: caller.owner, root: caller.appRoot, segments: dav.target.segments.slice(2) };
}

export function destinationOf({ caller, dav }: AllowedExchange): Place {
  if (dav.destination === null || caller.destinationRoot === null) {
    throw new ReliteError("bad_request", "The Destination header is missing", {
      reason: "destination_missing",
    });
  }
  return { owner: caller.owner, root: caller.destinationRoot, segments: dav.destination.segments.slice(2) };
}

/** All conditions of a write, the `If` header's lists with their addresses resolved. */
export function conditionsOf(exchange: AllowedExchange, prefix: readonly string[]): WriteConditions {
  const { caller, req, dav } = exchange;
  const { headers } = req;
  const conditions = { ...readConditions(headers), author: authorOf(exchange) };
  if (typeof headers.if !== "string") {
    // Word 2016 saves with the token in this header alone.
    const token = readLockToken(headers["lock-token"]);
    return token === null
      ? conditions
      : { ...conditions, held: { principal: caller.actor, tokens: [token] } };
  }
  const lists = parseIfHeader(headers.if);
  if (lists === null) throw new ReliteError("bad_request", "If is malformed", { reason: "bad_condition" });
  const hosts = [headers.host, ...dav.publicHosts];
  const ifLists = lists.map(({ tag, terms }) => ({
    terms,
    place: tag === null ? ("own" as const) : taggedPlace(exchange, readHeaderUri(tag, hosts, prefix)),
  }));
  const terms = lists.flatMap((list) => list.terms);
  const tokens = terms.filter(({ kind, not }) => kind === "token" && !not).map(({ value }) => value);
  return { ...conditions, ifLists, held: { principal: caller.actor, tokens } };
}

/** `Prefer: keep=none` asks that what the request deletes or writes over be gone, neither in the trash nor a version. */
function authorOf({ caller, req }: AllowedExchange): WriteAuthor {
  const preferences = String(req.headers.prefer ?? "").split(",");
  const leavesTrace = !preferences.some((one) => /^\s*keep\s*=\s*"?none"?\s*$/i.test(one));
  return { did: caller.principal.invokerDid, leavesTrace };
}

/** A tag is one more way to name a resource: it shows only what the token may read. */
function taggedPlace({ caller, dav }: AllowedExchange, target: Target | null): Place | "out_of_sight" {
  const [top, appId = "", ...segments] = target?.segments ?? [];
  const isOwnApp = appId === caller.appId;
  const isOtherApp = appId === dav.destination?.segments[1];
  const root = isOwnApp ? caller.appRoot : isOtherApp ? caller.destinationRoot : null;
  if (top !== "apps" || root === null) return "out_of_sight";
  if (!isAllowed(caller.principal, appCapability(appId, segments, "read"))) return "out_of_sight";
  return { owner: caller.owner, root, segments };
}

export function notFound(): ReliteError {
  return new ReliteError("not_found", "There is nothing at this address");
}
