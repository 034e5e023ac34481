import type { Owners } from "../accounts/owners.ts";
import type { Exchange, Identity } from "../exchange.ts";
import { isForm } from "../html/page-shell.ts";
import { isSameOrigin } from "../pages/same-origin.ts";
import type { DavRequest } from "../target.ts";
import type { CredentialFacts } from "./credentials.ts";
import { refusal } from "./refusal.ts";
import { type OpenedSession, readCookie, type Sessions } from "./sessions.ts";

export const sessionCookie = "relite-session";

export interface SessionIdentityParts {
  readonly sessions: Sessions;
  readonly owners: Owners;
}

/** The zones a browser's pages show: the cookie goes along in these, each for its app. */
export const sessionZones = ["apps", "trash", "versions"] as const;

/**
 * Whether a request may go by a cookie, without any other proof: reading, and the form of this server's own pages that
 * brings back what was deleted or written over. Other writes never do.
 */
export function mayUseSession({ req }: Exchange, { method, target }: DavRequest): boolean {
  if (req.headers.cookie === undefined || req.headers.authorization !== undefined) return false;
  const zone = sessionZones.find((name) => name === target.segments[0]);
  if (zone === undefined) return false;
  if (method === "GET" || method === "HEAD") return true;
  return method === "POST" && zone !== "apps" && isForm(req) && isSameOrigin(req);
}

/** Whether a cookie, not a header, said who it is. */
export function isBySession({ req, identity }: Exchange): boolean {
  return identity?.via === "app-password" && req.headers.authorization === undefined;
}

/** Who looks at files in a browser after the app password was shown; null when the cookie opens nothing. Fills the exchange. */
export async function identifyBySession(
  exchange: Exchange,
  { sessions, owners }: SessionIdentityParts,
): Promise<Identity | null> {
  const opened = await sessions.open("app-password", readCookie(exchange.req.headers.cookie, sessionCookie));
  if (opened === null || opened === "gone") return null;
  const identity = identityOf(opened, owners);
  exchange.identity = identity;
  return identity;
}

/** The identity behind a stored credential that holds. */
export function identityOf({ credential, principal }: OpenedSession, owners: Owners): Identity {
  const owner = owners.idOf(principal.rootDid);
  if (owner === null) throw refusal("unknown_root");
  const { kind, id }: CredentialFacts = credential;
  return { owner, principal, via: kind, credentialId: id, actor: `urn:relite:${kind}:${id}` };
}
