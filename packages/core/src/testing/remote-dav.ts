import { applyLie, type Lie } from "./remote-lies.ts";
import { type RemoteQuirks, renderMultistatus } from "./remote-multistatus.ts";
import type { RemoteEntry, RemoteRequest } from "./remote-request.ts";
import type { RemoteNode, RemoteTree } from "./remote-tree.ts";

export interface RemoteDavOptions {
  readonly tree: RemoteTree;
  /** URL path under which the tree lies; default `/dav/`. */
  readonly basePath?: string;
  /** The `Authorization` value that is accepted; default: none asked for. */
  readonly authorization?: string;
  readonly quirks?: RemoteQuirks;
  /** Asked for every request: how to answer it falsely, or null for the truth. */
  readonly lie?: (request: RemoteRequest) => Lie | null;
  readonly serverHeader?: string;
}

export interface RemoteDav {
  readonly handle: (request: Request) => Promise<Response>;
  /** Every request so far, in order. */
  readonly requests: RemoteRequest[];
}

/** A WebDAV server that reads and can have every quirk and tell every lie of the design, as one function. */
export function createRemoteDav(options: RemoteDavOptions): RemoteDav {
  const requests: RemoteRequest[] = [];
  const basePath = options.basePath ?? "/dav/";
  const handle = async (raw: Request): Promise<Response> => {
    const url = new URL(raw.url);
    const request = {
      method: raw.method,
      path: pathBelow(url.pathname, basePath),
      depth: raw.headers.get("depth"),
      authorization: raw.headers.get("authorization"),
    };
    requests.push({ ...request, path: request.path ?? `outside:${url.pathname}` });
    if (options.authorization !== undefined && request.authorization !== options.authorization)
      return plain(401, { "www-authenticate": 'Basic realm="books"' });
    if (request.path === null) return plain(404);
    const asked = { ...request, path: request.path };
    const lie = options.lie?.(asked) ?? null;
    const headers = { server: options.serverHeader ?? "RemoteTest/1.0" };
    if (lie !== null)
      return applyLie(lie, asked, (quirks) => answer(asked, url, { ...options, quirks }, headers));
    return answer(asked, url, options, headers);
  };
  return { handle, requests };
}

function answer(
  request: RemoteRequest,
  url: URL,
  { tree, quirks = {}, basePath = "/dav/" }: RemoteDavOptions,
  headers: Record<string, string>,
): Response {
  const node = tree.get(request.path);
  if (node === null) return plain(404, headers);
  if (request.method === "OPTIONS")
    return plain(200, { ...headers, dav: "1, 2", allow: "OPTIONS, GET, PROPFIND" });
  if (request.method === "PROPFIND") {
    if (request.depth === "infinity" && quirks.infinity === "refuse") return plain(403, headers);
    const entries = entriesOf(tree, request, node);
    return renderMultistatus({ entries, url, basePath, headers, isListing: request.depth !== "0" }, quirks);
  }
  if (request.method !== "GET" && request.method !== "HEAD") return plain(405, headers);
  if (node.kind === "folder") return plain(405, headers);
  const body =
    request.method === "HEAD" ? null : new Uint8Array(node.content ?? new Uint8Array(node.sizeBytes));
  return new Response(body, { status: 200, headers: { ...headers, etag: node.etag } });
}

function entriesOf(
  tree: RemoteTree,
  { path, depth }: RemoteRequest,
  node: RemoteNode,
): readonly RemoteEntry[] {
  const self = { path, node };
  if (depth === "0" || node.kind === "file") return [self];
  if (depth === "1") return [self, ...tree.children(path)];
  const below = (folder: string): readonly RemoteEntry[] =>
    tree
      .children(folder)
      .flatMap((child) => [child, ...(child.node.kind === "folder" ? below(child.path) : [])]);
  return [self, ...below(path)];
}

function pathBelow(pathname: string, basePath: string): string | null {
  const decoded = decodeURIComponent(pathname);
  const base = basePath.endsWith("/") ? basePath : `${basePath}/`;
  if (`${decoded}/` === base) return "";
  return decoded.startsWith(base) ? decoded.slice(base.length).replace(/\/$/, "") : null;
}

function plain(status: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers });
}
