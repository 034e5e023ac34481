import type { AllowedExchange } from "../exchange.ts";
import { shownSegments } from "../shown-path.ts";
import type { Written } from "../tree/tree.ts";
import { ocHeaders } from "./oc-headers.ts";

/** The answer to a COPY or MOVE that was done (RFC 4918 §9.8.5). */
export function sendWritten(
  { res, dav }: AllowedExchange,
  { created, node }: Written,
  prefix: readonly string[],
): void {
  const segments = shownSegments(dav.target, prefix, dav.destination?.segments ?? []);
  const location = segments.map((segment) => `/${encodeURIComponent(segment)}`).join("");
  res.writeHead(created ? 201 : 204, {
    ETag: `"${node.etag}"`,
    ...ocHeaders(dav, node),
    ...(created ? { Location: location, "Content-Length": 0 } : {}),
  });
  res.end();
}
