import type { Exchange } from "./exchange.ts";

/** Where audit lines go; each is one flat object without any secret. */
export interface AuditLog {
  write(line: Readonly<Record<string, unknown>>): void;
  close(): Promise<void>;
}

const reading = new Set(["GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT", "SEARCH"]);
const refusedStatus = new Set([400, 401, 403, 413, 429, 431, 507]);

/** Each write and each refusal leaves a line. */
export function needsAudit(exchange: Exchange): boolean {
  return !reading.has(exchange.req.method ?? "") || refusedStatus.has(exchange.res.statusCode);
}

export function auditLine(exchange: Exchange, nowMs: number): Readonly<Record<string, unknown>> {
  const { req, res, caller, dav, needed } = exchange;
  const path = (segments: readonly string[] | undefined) =>
    segments === undefined ? undefined : `/${segments.join("/")}`;
  return {
    time: new Date(nowMs).toISOString(),
    request: exchange.id,
    method: req.method,
    app: caller?.appId,
    path: path(dav?.target.segments),
    destination: path(dav?.destination?.segments),
    status: res.statusCode,
    code: exchange.code ?? undefined,
    bytesIn: exchange.socket.bytesRead - exchange.bytesReadBefore,
    bytesOut: exchange.socket.bytesWritten - exchange.bytesWrittenBefore,
    ms: nowMs - exchange.startedMs,
    via: caller?.via,
    account: caller?.owner,
    rootDid: caller?.principal.rootDid,
    invokerDid: caller?.principal.invokerDid,
    chain: caller?.principal.chainIds,
    depth: caller?.principal.depth,
    grant: needed.map(({ with: resource, can }) => `${resource} ${can}`),
    escalated: exchange.code === "insufficient",
    cache: caller?.principal.cache,
    origin: req.headers.origin,
    userAgent: req.headers["user-agent"]?.slice(0, 200),
  };
}
