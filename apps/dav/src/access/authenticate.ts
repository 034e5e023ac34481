import type { IncomingMessage } from "node:http";
import type { ClientAddresses } from "@relite/core/node";
import { type Capability, isAllowed, type TokenUse, type Verified, type Verifier } from "@relite/core/ucan";
import type { Owners } from "../accounts/owners.ts";
import type { Exchange, Identity } from "../exchange.ts";
import { andThen, type Soon } from "../soon.ts";
import { isSameHost, rawPathOf } from "../target.ts";
import { clientOf } from "./client-of.ts";
import type { DeviceLog } from "./device-log.ts";
import type { Door } from "./door.ts";
import { insufficient, refusal } from "./refusal.ts";
import { readAppPassword } from "./secret.ts";
import type { UsedTokens } from "./used-tokens.ts";

export interface AuthenticateParts {
  readonly verifier: Verifier;
  readonly owners: Owners;
  readonly door: Door;
  readonly deviceLog: DeviceLog;
  readonly clients: ClientAddresses;
  readonly usedTokens: UsedTokens;
  /** What this server is called besides the host of a request. */
  readonly publicHosts: readonly string[];
}

const bearer = "Bearer ";

/** Who asks: a bearer token, a token as the password of `Basic`, or an app password. Fills the exchange, or throws 401, 429, 431. */
export function authenticate(exchange: Exchange, parts: AuthenticateParts): Soon<Identity> {
  return andThen(identify(exchange, parts), (identity) => {
    exchange.identity = identity;
    return identity;
  });
}

/** For pages outside the files: who asks, when they may. Throws 403 naming the capability that is missing. */
export async function authorise(
  exchange: Exchange,
  needed: Capability,
  parts: AuthenticateParts,
): Promise<Identity> {
  exchange.needed = [needed];
  const identity = await authenticate(exchange, parts);
  if (!isAllowed(identity.principal, needed)) throw insufficient(needed);
  return identity;
}

function identify(exchange: Exchange, parts: AuthenticateParts): Soon<Identity> {
  const { authorization = "" } = exchange.req.headers;
  // Nearly every request comes with a token seen before, and is then known by the text alone.
  const known = authorization.startsWith(bearer)
    ? parts.verifier.recall(authorization.slice(bearer.length))
    : null;
  if (known !== null) return identifyByToken(exchange, known, "bearer", parts);
  const { token, via } = readToken(exchange.req);
  const isToken = via === "bearer" || token === "" || token.split(".").length === 3;
  if (!isToken) return identifyByPassword(exchange, token, parts);
  return andThen(
    parts.verifier.recall(token) ?? parts.verifier.verify(token, useBy(exchange, parts)),
    (verified) => identifyByToken(exchange, verified, via, parts),
  );
}

/** The request, for a token that is bound to one. */
function useBy({ req }: Exchange, { owners, usedTokens, publicHosts }: AuthenticateParts): TokenUse {
  const hosts = [req.headers.host, ...publicHosts];
  return {
    method: req.method ?? "",
    isUrl: (url) => {
      const [, host = "", path = ""] = /^https?:\/\/([^/]*)(.*)$/i.exec(url) ?? [];
      const isHere = hosts.some((known) => isSameHost(host, known));
      return isHere && (path === "" ? "/" : path) === rawPathOf(req.url ?? "", req.headers.host);
    },
    spend: ({ tokenId, rootDid, expiresAtSec }) => {
      const owner = owners.idOf(rootDid);
      if (owner === null) throw refusal("unknown_root");
      return usedTokens.spend({ tokenId, owner, expiresMs: expiresAtSec * 1_000 });
    },
  };
}

function identifyByToken(
  exchange: Exchange,
  verified: Verified,
  via: "bearer" | "basic",
  parts: AuthenticateParts,
): Identity {
  if (!verified.ok) throw refusal(verified.code);
  const { principal } = verified;
  const owner = ownerOf(principal.rootDid, parts);
  parts.deviceLog.seen(owner, principal.invokerDid, exchange.req.headers["user-agent"]);
  return { owner, principal, via, credentialId: null, actor: principal.invokerDid };
}

function identifyByPassword(exchange: Exchange, password: string, parts: AuthenticateParts): Soon<Identity> {
  const address = clientOf(exchange, parts);
  const secret = readAppPassword(password);
  if (secret === null) return parts.door.refuse(address);
  const kind = "app-password";
  // What was tried is written down even when it is refused; what only looks like an id is not.
  if (parts.door.knows(kind, secret.id)) exchange.subject = secret.id;
  return andThen(parts.door.open({ ...secret, kind, address }), (principal) => {
    exchange.subject = null;
    const owner = ownerOf(principal.rootDid, parts);
    const actor = `urn:relite:app-password:${secret.id}`;
    return { owner, principal, via: "app-password", credentialId: secret.id, actor };
  });
}

function ownerOf(rootDid: string, { owners }: AuthenticateParts): number {
  const owner = owners.idOf(rootDid);
  if (owner === null) throw refusal("unknown_root");
  return owner;
}

/** The user name of `Basic`; null with another scheme. It opens nothing: the password does. */
export function readLoginName({ headers }: IncomingMessage): string | null {
  const [, credentials] = /^basic +(\S+) *$/i.exec(headers.authorization ?? "") ?? [];
  if (credentials === undefined) return null;
  return Buffer.from(credentials, "base64").toString("utf8").split(":", 1)[0] ?? "";
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
