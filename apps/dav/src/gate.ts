import type { IncomingMessage } from "node:http";
import { ReliteError } from "@relite/core/errors";
import {
  type Capability,
  covers,
  isAllowed,
  type Principal,
  type UcanCode,
  type Verifier,
} from "@relite/core/ucan";
import type { Owners } from "./accounts/owners.ts";
import type { Caller, Exchange } from "./exchange.ts";
import type { DavRequest } from "./target.ts";
import type { Tree } from "./tree/tree.ts";
import { type Action, zoneByName, zoneNameOf } from "./zones.ts";

export interface GateParts {
  readonly verifier: Verifier;
  readonly owners: Owners;
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
function capabilitiesNeededFor(dav: DavRequest): readonly Capability[] | null {
  const zone = zoneNameOf(dav.target);
  return zone === null ? null : zoneByName[zone].needed(dav, actionByMethod[dav.method] ?? "write");
}

/** Token → principal → owner → the node the request is confined to. Fills the exchange, or throws 400, 401, 403 or 431. */
export async function admit(exchange: Exchange, dav: DavRequest, parts: GateParts): Promise<Caller> {
  const { token, via } = readToken(exchange.req);
  const verified = await parts.verifier.verify(token);
  if (!verified.ok) throw refusal(verified.code);
  const { principal } = verified;
  const needed = capabilitiesNeededFor(dav);
  exchange.needed = needed ?? [];
  if (needed === null) throw outOfScope();
  checkAllowed(principal, needed, parts);
  const owner = parts.owners.idOf(principal.rootDid);
  if (owner === null) throw refusal("unknown_root");
  const appId = dav.target.segments[1] ?? "";
  const otherId = dav.destination?.segments[1];
  const rootOf = async (id: string) =>
    (await parts.tree.findApp(owner, id)) ?? (await parts.tree.openApp(owner, id));
  const appRoot = await rootOf(appId);
  const destinationRoot = otherId === undefined ? null : await rootOf(otherId);
  return { owner, principal, via, appId, appRoot, destinationRoot };
}

/** The token of a request: `Bearer`, or the password of `Basic`. Empty when there is none. */
export function readToken(req: IncomingMessage): { token: string; via: "bearer" | "basic" } {
  const text = req.headers.authorization ?? "";
  const [, scheme = "", credentials = ""] = /^([a-z0-9_-]+) +(\S+) *$/i.exec(text) ?? [];
  if (scheme.toLowerCase() === "bearer") return { token: credentials, via: "bearer" };
  if (scheme.toLowerCase() !== "basic") return { token: "", via: "bearer" };
  const pair = Buffer.from(credentials, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  return { token: colon < 0 ? "" : pair.slice(colon + 1), via: "basic" };
}

export function refusal(code: UcanCode): ReliteError {
  if (code === "too_large") {
    return new ReliteError("headers_too_large", "The token is too large", { reason: code });
  }
  return new ReliteError("unauthorized", "A valid token is needed", { reason: code });
}

function checkAllowed(principal: Principal, needed: readonly Capability[], parts: GateParts): void {
  const missing = needed.find((capability) => !isAllowed(principal, capability));
  if (missing !== undefined) throw insufficient(missing);
  for (const { with: resource, can } of needed) {
    if (!covers({ with: parts.requiredResource, can: "app/write" }, { with: resource, can }))
      throw outOfScope();
    const least = { with: resource, can: parts.requiredAction };
    if (!isAllowed(principal, least)) throw insufficient(least);
  }
}

function insufficient(missing: Capability): ReliteError {
  return new ReliteError("insufficient", `The token does not grant ${missing.can} on ${missing.with}`, {
    reason: "insufficient",
    details: { with: missing.with, can: missing.can },
  });
}

function outOfScope(): ReliteError {
  return new ReliteError("insufficient", "Files live under apps/<app id>/", { reason: "out_of_scope" });
}
