import type { Exchange, ExchangeEnd } from "./exchange.ts";

/** Where audit lines go; each is one flat object without any secret. */
export interface AuditLog {
  write(line: Readonly<Record<string, unknown>>): void;
  close(): Promise<void>;
}

const reading = new Set(["GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT", "SEARCH"]);
const refusedStatus = new Set([400, 401, 403, 413, 429, 431, 507]);

/** Each write, each refusal and each look at what is shared leaves a line. */
export function needsAudit(exchange: Exchange): boolean {
  if (exchange.identity?.via === "share") return true;
  // A client asks every second whether somebody gave it access: until then there is nothing to tell.
  if (exchange.code === "login_pending") return false;
  return !reading.has(exchange.req.method ?? "") || refusedStatus.has(exchange.res.statusCode);
}

/** `address`: of who asks. */
export function auditLine(
  exchange: Exchange,
  end: ExchangeEnd,
  address: string,
): Readonly<Record<string, unknown>> {
  const { req, res, caller, identity, dav, needed } = exchange;
  const path = (segments: readonly string[] | undefined) =>
    segments === undefined ? undefined : `/${segments.join("/")}`;
  return {
    time: new Date(end.nowMs).toISOString(),
    request: exchange.id,
    method: req.method,
    app: caller?.appId,
    path: path(dav?.target.segments) ?? pagePath(req.url),
    destination: path(dav?.destination?.segments),
    subject: exchange.subject ?? undefined,
    status: res.statusCode,
    code: exchange.code ?? undefined,
    bytesIn: end.bytesIn,
    bytesOut: end.bytesOut,
    ms: end.ms,
    via: identity?.via,
    credential: identity?.credentialId ?? undefined,
    account: identity?.owner,
    rootDid: identity?.principal.rootDid,
    invokerDid: identity?.principal.invokerDid,
    chain: identity?.principal.chainIds,
    depth: identity?.principal.depth,
    grant: needed.map(({ with: resource, can }) => `${resource} ${can}`),
    escalated: exchange.code === "insufficient",
    cache: identity?.principal.cache,
    address: address === "" ? undefined : address,
    origin: req.headers.origin,
    userAgent: req.headers["user-agent"]?.slice(0, 200),
  };
}

/** Pages outside the files; a query is never written down, nor the secret below the page of a sign-in. */
function pagePath(url = ""): string | undefined {
  return /^\/(?:relite\/[^?]{0,200}|index\.php\/login\/v2(?:\/(?:poll|flow)\b)?)/.exec(url)?.[0];
}
