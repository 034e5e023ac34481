import { ReliteError } from "@relite/core/errors";
import { type Capability, covers, coversAsWritten, isAllowed, type Principal } from "@relite/core/ucan";
import { type AuthenticateParts, authenticate } from "./access/authenticate.ts";
import { insufficient } from "./access/refusal.ts";
import { identifyBySession, mayUseSession, type SessionIdentityParts } from "./access/session-identity.ts";
import type { Caller, Exchange, Identity } from "./exchange.ts";
import { andThen, type Soon } from "./soon.ts";
import type { DavRequest } from "./target.ts";
import type { Tree } from "./tree/tree.ts";
import { type Action, type Zone, zoneByName, zoneNameOf } from "./zones.ts";

export interface GateParts extends AuthenticateParts, SessionIdentityParts {
  readonly tree: Tree;
  readonly requiredResource: string;
  readonly requiredAction: string;
}

const actionByMethod: Readonly<Record<string, Action>> = {
  GET: "read",
  HEAD: "read",
  PROPFIND: "read",
  REPORT: "read",
  SEARCH: "read",
  COPY: "read",
  PUT: "write",
  POST: "write",
  PATCH: "write",
  DELETE: "write",
  MKCOL: "write",
  MOVE: "write",
  PROPPATCH: "write",
  LOCK: "write",
  UNLOCK: "write",
};

/** Whether the gate knows what a method needs; anything else is refused before a token is looked at. */
export function isKnownMethod(method: string): boolean {
  return method === "OPTIONS" || Object.hasOwn(actionByMethod, method);
}

/** The capabilities a request takes, its own first; null when it names something no capability can cover. */
function capabilitiesNeededFor(zone: Zone | null, dav: DavRequest): readonly Capability[] | null {
  return zone === null ? null : zone.needed(dav, actionByMethod[dav.method] ?? "write");
}

/** Token → principal → owner → the node the request is confined to. Fills the exchange, or throws 400, 401, 403 or 431. */
export function admit(exchange: Exchange, dav: DavRequest, parts: GateParts): Soon<Caller> {
  const zoneName = zoneNameOf(dav.target);
  const zone: Zone | null = zoneName === null ? null : zoneByName[zoneName];
  const asked = capabilitiesNeededFor(zone, dav);
  exchange.needed = asked ?? [];
  return andThen(identify(exchange, dav, parts), (identity) => {
    const { principal } = identity;
    // A share shows what is there, not what was there once.
    if (asked === null || (identity.via === "share" && zoneName !== "apps")) throw outOfScope();
    const needed = zone?.narrowed?.(asked, principal.grants) ?? asked;
    exchange.needed = needed;
    checkAllowed(principal, needed, parts);
    return confine(identity, dav, parts);
  });
}

function identify(exchange: Exchange, dav: DavRequest, parts: GateParts): Soon<Identity> {
  if (!mayUseSession(exchange, dav)) return authenticate(exchange, parts);
  return identifyBySession(exchange, parts).then((known) => known ?? authenticate(exchange, parts));
}

/** From here on everything is looked up below the app's own node. */
function confine(identity: Identity, { target, destination }: DavRequest, { tree }: GateParts): Soon<Caller> {
  const { owner, principal, via, credentialId, actor } = identity;
  const rootOf = (id: string) => tree.findApp(owner, id) ?? tree.openApp(owner, id);
  const appId = target.segments[1] ?? "";
  const otherId = destination?.segments[1];
  return andThen(rootOf(appId), (appRoot) =>
    andThen(otherId === undefined ? null : rootOf(otherId), (destinationRoot) => {
      return { owner, principal, via, credentialId, actor, appId, appRoot, destinationRoot };
    }),
  );
}

/** Throws `insufficient` unless a principal may do all of it, and the server lets it. */
export function checkAllowed(
  principal: Principal,
  needed: readonly Capability[],
  parts: Pick<GateParts, "requiredResource" | "requiredAction">,
): void {
  const missing = needed.find((capability) => !mayDo(principal, capability));
  if (missing !== undefined) throw insufficient(missing);
  for (const { with: resource, can } of needed) {
    const required = { with: parts.requiredResource, can: "app/write" };
    if (required.with !== "app:*" && !covers(required, { with: resource, can })) throw outOfScope();
    if (can === parts.requiredAction) continue;
    const least = { with: resource, can: parts.requiredAction };
    if (!mayDo(principal, least)) throw insufficient(least);
  }
}

/** Of what was read from an address, and so is written as grants are. */
function mayDo(principal: Principal, needed: Capability): boolean {
  return principal.grants.some((grant) => coversAsWritten(grant, needed)) || isAllowed(principal, needed);
}

function outOfScope(): ReliteError {
  return new ReliteError("insufficient", "Files live under apps/<app id>/", { reason: "out_of_scope" });
}
