import { ReliteError } from "@relite/core/errors";
import { parseAppId, parsePathSegments } from "@relite/core/ucan";

/** Where the API's own addresses end and the endpoint's begin. */
export const proxyPrefix = "/api/webdav";

/**
 * The raw path of a request to the proxy, `/api/webdav/apps/<appId>/…`, as the endpoint's path. Decoded once and
 * written again, so that both ends see the same segments. Throws `bad_path`, or `not_found` outside an app.
 */
export function toBackendPath(rawPath: string, backendPrefix: string): string {
  if (!rawPath.startsWith(`${proxyPrefix}/`)) throw badPath();
  const parsed = parsePathSegments(rawPath.slice(proxyPrefix.length));
  if (!parsed.ok) throw badPath();
  const [top, appId = ""] = parsed.segments;
  if (top !== "apps" || parseAppId(appId) === null)
    throw new ReliteError("not_found", "There is nothing here.");
  const path = parsed.segments.map(encodeURIComponent).join("/");
  return `${backendPrefix}/${path}${parsed.endsWithSlash ? "/" : ""}`;
}

/**
 * A `Destination` for the endpoint. It must name this server (`ownOrigins`) and pass the same grammar as a path;
 * anything else is `bad_path`.
 */
export function toBackendDestination(destination: string, { ownOrigins, backend }: ProxyAddresses): string {
  const match = /^(https?:\/\/[^/?#\s]+)?(\/[^?#\s]*)$/i.exec(destination.trim());
  const [, origin, path = ""] = match ?? [];
  if (match === null) throw badPath();
  if (origin !== undefined && !ownOrigins.has(URL.parse(origin)?.origin ?? "")) throw badPath();
  return new URL(backend.baseUrl).origin + basePathOf(backend) + toBackendPath(path, backend.prefix);
}

export interface ProxyAddresses {
  /** Origins this server is reached under. */
  readonly ownOrigins: ReadonlySet<string>;
  readonly backend: { readonly baseUrl: string; readonly prefix: string };
}

/** `If` may tag its conditions with addresses; ours become the endpoint's. */
export function toBackendIf(condition: string, { ownOrigins, backend }: ProxyAddresses): string {
  return condition.replaceAll(/<(https?:\/\/[^/>\s]+)?(\/api\/webdav\/[^>\s]*)>/gi, (whole, origin, path) => {
    if (typeof origin === "string" && !ownOrigins.has(URL.parse(origin)?.origin ?? "")) return whole;
    return `<${basePathOf(backend)}${toBackendPath(String(path), backend.prefix)}>`;
  });
}

/** Path of the backend's base address without a slash at its end. */
export function basePathOf(backend: { readonly baseUrl: string }): string {
  return new URL(backend.baseUrl).pathname.replace(/\/$/, "");
}

function badPath(): ReliteError {
  return new ReliteError("bad_path", "The path or destination is not valid here.", { reason: "bad_path" });
}
