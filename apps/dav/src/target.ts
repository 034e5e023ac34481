import type { IncomingMessage } from "node:http";
import { ReliteError } from "@relite/core/errors";
import { parsePathSegments } from "@relite/core/ucan";
import { type Depth, readDepth, readOverwrite } from "./guard.ts";
import { readUploadMetadata, targetInMetadata } from "./uploads/upload-metadata.ts";
import { partialConcat } from "./uploads/uploads.ts";

/** A cleaned address below the prefix: what authorisation and storage both see. */
export interface Target {
  readonly segments: readonly string[];
  readonly endsWithSlash: boolean;
  /** The other prefix it was given below, as clients of Nextcloud do; answers name resources in that form. */
  readonly alias?: readonly string[];
}

/** The request line and the headers that name things, read once. */
export interface DavRequest {
  readonly method: string;
  readonly target: Target;
  readonly destination: Target | null;
  /** What this server is called besides the host of the request. */
  readonly publicHosts: readonly string[];
  readonly depth: Depth;
  readonly overwrite: boolean;
}

/** Reads where a request goes; null when that is outside the prefix. Throws `bad_path`, `bad_request`, `upstream_failed`. */
export function readDavRequest(
  req: IncomingMessage,
  prefix: readonly string[],
  publicHosts: readonly string[],
): DavRequest | null {
  const method = req.method ?? "";
  const target = readPath(rawPathOf(req.url ?? "", req.headers.host), prefix);
  if (target === null) return null;
  const hasDestination = method === "COPY" || method === "MOVE" || isUploadStep(method, target, req);
  return {
    method,
    target,
    destination: hasDestination
      ? readDestination(req, prefix, publicHosts)
      : readTusDestination(method, target, req),
    publicHosts,
    depth: readDepth(method, req.headers.depth),
    overwrite: readOverwrite(req.headers.overwrite),
  };
}

/** Where a tus upload goes is named by its metadata: below the folder it is sent to, or below the app. */
function readTusDestination(
  method: string,
  { segments }: Target,
  { headers }: IncomingMessage,
): Target | null {
  const [zone, app] = segments;
  if (method !== "POST" || headers["tus-resumable"] === undefined || app === undefined) return null;
  if (zone !== "apps" && !(zone === "uploads" && segments.length === 2)) return null;
  if (headers["upload-concat"] === partialConcat) return null;
  const folder = zone === "apps" ? segments : ["apps", app];
  const metadata = readUploadMetadata(headers["upload-metadata"]);
  return { segments: targetInMetadata(metadata, folder), endsWithSlash: false };
}

/** Steps of a chunked upload say where the file goes, those of its first version do not. */
function isUploadStep(method: string, { segments }: Target, { headers }: IncomingMessage): boolean {
  if (segments[0] !== "uploads" || headers.destination === undefined) return false;
  return method === "MKCOL" || method === "PUT";
}

/**
 * A URI in a header, as raw text: `new URL` would already have resolved `%2e%2e`. Null when it is on another server than
 * `hosts` name: the request's own, and those a proxy may have put it in the place of.
 */
export function readHeaderUri(
  text: string,
  hosts: readonly (string | undefined)[],
  prefix: readonly string[],
): Target | null {
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/is.exec(text);
  if (absolute !== null && !hosts.some((host) => isSameHost(absolute[1] ?? "", host))) return null;
  const path = absolute === null ? text : absolute[2] || "/";
  if (path.includes("?") || path.startsWith("//")) throw badPath();
  const target = readPath(path, prefix);
  if (target === null)
    throw new ReliteError("forbidden", "Outside the files of this server", { reason: "out_of_scope" });
  return target;
}

/** The path of a request line, which may be in absolute form; the query is not ours. */
export function rawPathOf(url: string, host: string | undefined): string {
  if (url.startsWith("/")) return withoutQuery(url);
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/is.exec(url);
  if (absolute !== null && !isSameHost(absolute[1] ?? "", host)) {
    throw new ReliteError("bad_request", "The address names another host", { reason: "wrong_host" });
  }
  const path = absolute === null ? url : absolute[2] || "/";
  return withoutQuery(path);
}

function withoutQuery(path: string): string {
  const query = path.indexOf("?");
  return query < 0 ? path : path.slice(0, query);
}

function readDestination(
  req: IncomingMessage,
  prefix: readonly string[],
  publicHosts: readonly string[],
): Target {
  const text = req.headers.destination;
  if (typeof text !== "string" || text === "") {
    throw new ReliteError("bad_request", "The Destination header is missing", {
      reason: "destination_missing",
    });
  }
  const target = readHeaderUri(text, [req.headers.host, ...publicHosts], prefix);
  if (target === null) {
    throw new ReliteError("upstream_failed", "The destination is on another server", {
      reason: "other_host",
    });
  }
  return target;
}

const zoneByAlias: Readonly<Record<string, string>> = { files: "apps", uploads: "uploads" };

/** `remote.php/dav/files/<app>` is `apps/<app>`, `uploads` likewise: at the root, and below the prefix. */
function readAlias(
  segments: readonly string[],
  prefix: readonly string[],
): Pick<Target, "segments" | "alias"> | null {
  const at = segments.indexOf("remote.php");
  const isBelow = at === prefix.length && prefix.every((segment, index) => segments[index] === segment);
  if ((at !== 0 && !isBelow) || segments[at + 1] !== "dav") return null;
  const [name, ...rest] = segments.slice(at + 2);
  const alias = segments.slice(0, at + 2);
  if (name === undefined) return { segments: [], alias };
  const zone = Object.hasOwn(zoneByAlias, name) ? zoneByAlias[name] : undefined;
  return zone === undefined ? null : { segments: [zone, ...rest], alias };
}

/** Reads a raw path by the one grammar; null when it is outside the prefix. Throws `bad_path`. */
export function readPath(rawPath: string, prefix: readonly string[]): Target | null {
  const parsed = parsePathSegments(rawPath);
  if (!parsed.ok) throw badPath();
  const { segments, endsWithSlash } = parsed;
  const aliased = readAlias(segments, prefix);
  if (aliased !== null) return { ...aliased, endsWithSlash };
  if (!prefix.every((segment, index) => segments[index] === segment)) return null;
  return { segments: segments.slice(prefix.length), endsWithSlash };
}

/** Whether both name one host, with the port that goes without saying. */
export function isSameHost(authority: string, host: string | undefined): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/:(80|443)$/, "");
  return host !== undefined && plain(authority) === plain(host);
}

function badPath(): ReliteError {
  return new ReliteError("bad_path", "The address is not allowed", { reason: "bad_path" });
}
