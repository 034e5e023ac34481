import type { IncomingHttpHeaders } from "node:http";
import { basePathOf, type ProxyAddresses, proxyPrefix, toBackendDestination, toBackendIf } from "./target.ts";

const passedOn = [
  "authorization",
  "accept",
  "content-type",
  "content-length",
  "content-range",
  "depth",
  "if-match",
  "if-none-match",
  "if-modified-since",
  "if-unmodified-since",
  "if-range",
  "lock-token",
  "overwrite",
  "prefer",
  "range",
  "timeout",
  "x-oc-mtime",
] as const;

const passedBack = [
  "accept-ranges",
  "allow",
  "content-disposition",
  "content-language",
  "content-length",
  "content-range",
  "content-type",
  "dav",
  "etag",
  "last-modified",
  "lock-token",
  "ms-author-via",
  "oc-etag",
  "retry-after",
  "www-authenticate",
  "x-oc-mtime",
] as const;

/** What the endpoint gets to see of a request. */
export function toBackendHeaders(
  headers: IncomingHttpHeaders,
  addresses: ProxyAddresses,
): Record<string, string> {
  const passed: Record<string, string> = { ...pick(headers, passedOn) };
  if (typeof headers.destination === "string")
    passed.destination = toBackendDestination(headers.destination, addresses);
  if (typeof headers.if === "string") passed.if = toBackendIf(headers.if, addresses);
  return passed;
}

/** What the caller gets to see of the endpoint's answer. */
export function fromBackendHeaders(
  headers: IncomingHttpHeaders,
  { backend }: ProxyAddresses,
): Record<string, string> {
  const passed = pick(headers, passedBack);
  const location = typeof headers.location === "string" ? URL.parse(headers.location, backend.baseUrl) : null;
  const ownPath = basePathOf(backend) + backend.prefix;
  if (location?.pathname.startsWith(`${ownPath}/`))
    passed.location = proxyPrefix + location.pathname.slice(ownPath.length);
  return passed;
}

function pick(headers: IncomingHttpHeaders, names: readonly string[]): Record<string, string> {
  const found = names.flatMap((name) => {
    const value = headers[name];
    return typeof value === "string" ? [[name, value] as const] : [];
  });
  return Object.fromEntries(found);
}
