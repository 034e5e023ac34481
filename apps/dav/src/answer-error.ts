import { STATUS_CODES } from "node:http";
import type { ReliteError } from "@relite/core/errors";
import type { Logger } from "@relite/core/log";
import type { Exchange } from "./exchange.ts";
import { sendErrorPage } from "./html/error-page.ts";
import { isNavigation, showsPage } from "./html/page-shell.ts";
import { allowedOnFile } from "./methods/options.ts";
import { leaveBody } from "./read-body.ts";
import { shownHref } from "./shown-path.ts";
import { storageError } from "./storage/storage-errors.ts";
import type { Target } from "./target.ts";
import { escapeXml } from "./xml/write-xml.ts";

/** Renders any failure, once: problem+json with a stable code. What is not ours becomes a plain 500 and a log line. */
export function answerError(
  exchange: Exchange,
  thrown: unknown,
  { log, prefix }: { readonly log: Logger; readonly prefix: readonly string[] },
): void {
  const error = storageError(thrown);
  const { res } = exchange;
  exchange.code = error.reason ?? error.code;
  if (error.status >= 500 && error.status !== 501 && error.status !== 502) {
    log.error({ err: error.cause ?? error, request: exchange.id, code: error.code }, "request failed");
  }
  if (res.headersSent || res.destroyed) {
    // Half an answer is worse than none: the client must see that it was cut.
    res.destroy();
    return;
  }
  leaveBody(exchange);
  for (const name of contentHeaders) res.removeHeader(name);
  if (error.status !== 416) res.removeHeader("Content-Range");
  setErrorHeaders(exchange, error);
  if (showsPage(exchange.req)) {
    sendErrorPage(exchange, error, prefix);
    return;
  }
  const dav = /\bjson\b/i.test(exchange.req.headers.accept ?? "")
    ? null
    : conditionElement(error, exchange.dav?.target, prefix);
  const body = dav ?? problem(error, exchange.id);
  res.statusCode = error.status;
  res.setHeader("Content-Type", dav === null ? "application/problem+json" : "application/xml; charset=utf-8");
  res.setHeader("Content-Length", Buffer.byteLength(body));
  res.setHeader("Cache-Control", "no-store");
  res.end(exchange.req.method === "HEAD" ? undefined : body);
}

/** The XML answer of a WebDAV precondition (RFC 4918 §16), for clients that did not ask for JSON; null for other errors. */
function conditionElement(
  { details }: ReliteError,
  asked: Target | undefined,
  prefix: readonly string[],
): string | null {
  const { condition, locked } = details;
  if (typeof condition !== "string") return null;
  const paths = Array.isArray(locked) ? locked : [];
  const hrefOf = (path: string) => shownHref(asked, prefix, path.split("/").map(decodeURIComponent));
  const hrefs = paths.map((path) => `<D:href>${escapeXml(hrefOf(path))}</D:href>`).join("");
  return `<?xml version="1.0" encoding="utf-8"?>\n<D:error xmlns:D="DAV:"><D:${condition}>${hrefs}</D:${condition}></D:error>`;
}

function problem(error: ReliteError, requestId: string): string {
  return JSON.stringify({
    type: `urn:relite:error:${error.code}`,
    title: STATUS_CODES[error.status] ?? error.code,
    status: error.status,
    code: error.code,
    ...(error.reason === undefined ? {} : { reason: error.reason }),
    detail: error.message,
    ...(Object.keys(error.details).length === 0 ? {} : { details: error.details }),
    requestId,
  });
}

const contentHeaders = [
  "Content-Type",
  "Content-Length",
  "ETag",
  "Last-Modified",
  "Accept-Ranges",
  "OC-Checksum",
  "Repr-Digest",
];

function setErrorHeaders({ req, res }: Exchange, error: ReliteError): void {
  const { retryAfterSec, with: resource, can } = error.details;
  if (typeof retryAfterSec === "number") res.setHeader("Retry-After", retryAfterSec);
  if (error.status === 503) res.setHeader("Retry-After", 1);
  if (error.status === 405 && !res.hasHeader("Allow")) res.setHeader("Allow", allowedOnFile);
  if (error.code === "unauthorized") {
    const isMissing = error.reason === "missing";
    const bearer = isMissing
      ? 'Bearer realm="webdav", error_description="missing"'
      : `Bearer realm="webdav", error="invalid_token", error_description="${error.reason ?? "malformed"}"`;
    // A page's request must not open the browser's own password dialogue; a navigation gets a page that asks.
    const isFromPage =
      req.headers.origin !== undefined || req.headers["sec-fetch-mode"] !== undefined || isNavigation(req);
    res.setHeader(
      "WWW-Authenticate",
      isFromPage ? [bearer] : [bearer, 'Basic realm="webdav", charset="UTF-8"'],
    );
  }
  if (error.code === "insufficient" && typeof resource === "string" && typeof can === "string") {
    const scope = encodeURI(`${resource}/${can.replace(/^app\//, "")}`);
    res.setHeader("WWW-Authenticate", `Bearer realm="webdav", error="insufficient_scope", scope="${scope}"`);
  }
}
