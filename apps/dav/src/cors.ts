import type { IncomingMessage, ServerResponse } from "node:http";

const methods =
  "OPTIONS, GET, HEAD, PUT, PATCH, POST, DELETE, MKCOL, COPY, MOVE, PROPFIND, PROPPATCH, LOCK, UNLOCK, REPORT";
const requestHeaders =
  "Authorization, Content-Digest, Content-MD5, Content-Type, Content-Range, Depth, Destination, If, If-Match, If-Modified-Since, If-None-Match, If-Range, " +
  "If-Unmodified-Since, Lock-Token, OC-Checksum, OC-Total-Length, Overwrite, Prefer, Range, Repr-Digest, Timeout, " +
  "Tus-Resumable, Upload-Checksum, Upload-Concat, Upload-Defer-Length, Upload-Length, Upload-Metadata, Upload-Offset, Want-Repr-Digest, X-OC-Mtime, X-Requested-With, X-Update-Range";
const exposed =
  "DAV, ETag, Date, Location, Lock-Token, WWW-Authenticate, Content-Range, Content-Length, Allow, Retry-After, X-Request-Id, " +
  "OC-Checksum, Repr-Digest, Tus-Extension, Tus-Resumable, Tus-Version, Upload-Concat, Upload-Expires, Upload-Length, Upload-Metadata, Upload-Offset";

/** Cross-origin rules by an exact allowlist: an allowed page may read the answer, for others it stays closed. */
export function setCorsHeaders({ req, res }: Ends, origins: ReadonlySet<string>): boolean {
  const { origin } = req.headers;
  if (origin === undefined) return false;
  res.setHeader("Vary", "Origin");
  if (!origins.has(origin)) return false;
  res.setHeader("Access-Control-Allow-Origin", origin);
  res.setHeader("Access-Control-Expose-Headers", exposed);
  return true;
}

export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return (
    method === "OPTIONS" &&
    headers.origin !== undefined &&
    headers["access-control-request-method"] !== undefined
  );
}

/** Answers a preflight, before anything else is looked at. */
export function answerPreflight(ends: Ends, origins: ReadonlySet<string>): void {
  const { res } = ends;
  const isAllowed = setCorsHeaders(ends, origins);
  if (isAllowed) {
    res.setHeader("Access-Control-Allow-Methods", methods);
    res.setHeader("Access-Control-Allow-Headers", requestHeaders);
    res.setHeader("Access-Control-Max-Age", "7200");
  }
  res.statusCode = isAllowed ? 204 : 403;
  res.end();
}

interface Ends {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}
