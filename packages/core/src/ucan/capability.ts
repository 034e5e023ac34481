import { ReliteError } from "../errors/index.ts";
import { isPathSegment } from "./path.ts";

/** What may be done with what: `{ with: "app:relite/sync", can: "app/write" }`. */
export interface Capability {
  readonly with: string;
  readonly can: string;
}

/** A capability taken apart; an empty path of scheme `app` is `app:*`. */
export interface Grant {
  readonly scheme: string;
  readonly path: readonly string[];
  readonly write: boolean;
}

/** What has no path, and its actions: who is asking, who else may, and the API's own resources. */
const actionsByScheme: Readonly<Record<string, readonly string[]>> = {
  profile: ["profile/read", "profile/write"],
  access: ["access/read", "access/write"],
  library: ["library/read", "library/write"],
  chat: ["chat/read", "chat/write"],
};

/** An app id (`^[a-z0-9]([a-z0-9._-]{0,126}[a-z0-9])?$`), or null. */
export function parseAppId(text: string): string | null {
  return /^[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9])?$/.test(text) ? text : null;
}

/** The capability for a path of an app; `segments` as `parsePathSegments` gives them. Throws `bad_path`. */
export function appCapability(
  appId: string,
  segments: readonly string[],
  action: "read" | "write",
): Capability {
  if (parseAppId(appId) === null || !segments.every(isPathSegment))
    throw new ReliteError("bad_path", "Not an app id or not a path.", { reason: "bad_path" });
  return grantToCapability({ scheme: "app", path: [appId, ...segments], write: action === "write" });
}

/** Whether holding `grant` allows `needed`; a capability of an unknown kind covers nothing and is never covered. */
export function covers(grant: Capability, needed: Capability): boolean {
  const [held, wanted] = [parseGrant(grant), parseGrant(needed)];
  return held !== null && wanted !== null && grantCovers(held, wanted);
}

/**
 * `covers` for a capability that `appCapability` made, by the texts alone: true only where `covers` is, which has the last
 * word where this says no (another spelling, `app:*`).
 */
export function coversAsWritten(grant: Capability, needed: Capability): boolean {
  const { length } = grant.with;
  if (!needed.with.startsWith(grant.with)) return false;
  if (needed.with.length !== length && needed.with[length] !== "/") return false;
  return grant.can === "app/write" || (grant.can === "app/read" && needed.can === "app/read");
}

export function parseGrant(capability: Capability): Grant | null {
  const split = capability.with.indexOf(":");
  const scheme = capability.with.slice(0, split);
  const rest = capability.with.slice(split + 1);
  if (split < 0) return null;
  if (scheme === "app") return parseAppGrant(rest, capability.can);
  const actions = Object.hasOwn(actionsByScheme, scheme) ? actionsByScheme[scheme] : undefined;
  if (rest !== "" || !actions?.includes(capability.can)) return null;
  return { scheme, path: [], write: capability.can.endsWith("/write") };
}

export function grantToCapability(grant: Grant): Capability {
  const path = grant.scheme === "app" && grant.path.length === 0 ? "*" : grant.path.join("/");
  return { with: `${grant.scheme}:${path}`, can: `${grant.scheme}/${grant.write ? "write" : "read"}` };
}

/** What both sides allow, without repetition; at most one grant per resource. */
export function intersectGrants(left: readonly Grant[], right: readonly Grant[]): readonly Grant[] {
  const grantByResource = new Map<string, Grant>();
  for (const one of left)
    for (const other of right) {
      const narrower = isBelow(one, other) ? one : isBelow(other, one) ? other : null;
      if (narrower === null) continue;
      const write = one.write && other.write;
      const resource = grantToCapability(narrower).with;
      if (write || !grantByResource.has(resource)) grantByResource.set(resource, { ...narrower, write });
    }
  return [...grantByResource.values()];
}

/** `app:*` is for delegation: an invocation names its app. */
export function namesItsResource(grant: Grant): boolean {
  return grant.scheme !== "app" || grant.path.length > 0;
}

function parseAppGrant(rest: string, can: string): Grant | null {
  const write = can === "app/write" || can === "write";
  if (!write && can !== "app/read" && can !== "read") return null;
  if (rest === "*") return { scheme: "app", path: [], write };
  const [appId = "", ...segments] = rest.split("/").map((segment) => segment.normalize("NFC"));
  if (parseAppId(appId) === null || !segments.every(isPathSegment)) return null;
  return { scheme: "app", path: [appId, ...segments], write };
}

function grantCovers(held: Grant, wanted: Grant): boolean {
  return isBelow(wanted, held) && (held.write || !wanted.write);
}

function isBelow(inner: Grant, outer: Grant): boolean {
  return inner.scheme === outer.scheme && outer.path.every((segment, index) => segment === inner.path[index]);
}
