import type { RemoteEntry } from "./remote-request.ts";

/** How a server deviates while telling the truth; the numbers are those of the design's quirk list. */
export interface RemoteQuirks {
  /** 1, 2: `Depth: infinity` refused. */
  readonly infinity?: "refuse";
  /** 4: no ETags. */
  readonly noEtag?: boolean;
  /** 13: listings in pages by `Link: rel="next"`. */
  readonly pageSize?: number;
  /** 15: folders have no time. */
  readonly noFolderTime?: boolean;
  /** 17: a second propstat with 404, whose values must not be read. */
  readonly notFoundPropstat?: boolean;
  /** 18 */
  readonly dateForm?: "rfc1123" | "rfc1123z" | "unix" | "shortDay" | "rfc3339" | "empty";
  /** 19 */
  readonly hrefForm?:
    | "absolute"
    | "path"
    | "relative"
    | "lowerCaseEscapes"
    | "unescaped"
    | "doubleSlash"
    | "otherHost";
  /** 19: a `/..` entry among the children. */
  readonly parentEntry?: boolean;
  /** Children before the folder itself, in reverse. */
  readonly reversed?: boolean;
  /** Listings leave the folder itself out. */
  readonly noSelf?: boolean;
  /** XML with another prefix, CDATA, comments and line breaks. */
  readonly oddXml?: boolean;
  /** Only these children are listed (a lie that is well formed). */
  readonly keep?: (index: number) => boolean;
}

interface Rendering {
  readonly entries: readonly RemoteEntry[];
  readonly url: URL;
  readonly basePath: string;
  readonly headers: Record<string, string>;
  readonly isListing: boolean;
}

/** The 207 of these entries, with the quirks. */
export function renderMultistatus(rendering: Rendering, quirks: RemoteQuirks): Response {
  const { url, isListing } = rendering;
  const [self, ...children] = rendering.entries;
  if (self === undefined) return new Response(null, { status: 404 });
  const kept = quirks.keep === undefined ? children : children.filter((_, index) => quirks.keep?.(index));
  const ordered = quirks.reversed ? [...kept].reverse().concat(self) : [self, ...kept];
  const all = quirks.noSelf && isListing ? ordered.filter((entry) => entry !== self) : ordered;
  const page = Number(url.searchParams.get("page") ?? 0);
  const size = isListing ? (quirks.pageSize ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
  const shown = Number.isFinite(size) ? all.slice(page * size, (page + 1) * size) : all;
  const hasMore = Number.isFinite(size) && all.length > (page + 1) * size;
  const next = hasMore ? { link: `<${url.pathname}?page=${page + 1}>; rel="next"` } : {};
  const responses = shown.map((entry) => renderResponse(entry, rendering, quirks)).join("\n");
  const dots =
    quirks.parentEntry && isListing
      ? wrap(quirks, `${url.pathname}../`, "<D:resourcetype><D:collection/></D:resourcetype>")
      : "";
  const text = `<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">${responses}${dots}</D:multistatus>\n`;
  const body = quirks.oddXml ? makeOdd(text) : text;
  return new Response(body, {
    status: 207,
    headers: { ...rendering.headers, ...next, "content-type": "application/xml; charset=utf-8" },
  });
}

function renderResponse(entry: RemoteEntry, rendering: Rendering, quirks: RemoteQuirks): string {
  const { node } = entry;
  const type =
    node.kind === "folder" ? "<D:resourcetype><D:collection/></D:resourcetype>" : "<D:resourcetype/>";
  const hasTime = node.kind === "file" || !quirks.noFolderTime;
  const time = hasTime ? `<D:getlastmodified>${dateText(node.modifiedAtMs, quirks)}</D:getlastmodified>` : "";
  const file =
    node.kind === "file"
      ? `<D:getcontentlength>${node.sizeBytes}</D:getcontentlength>${quirks.noEtag ? "" : `<D:getetag>${escapeXml(node.etag)}</D:getetag>`}`
      : "";
  return wrap(quirks, hrefText(entry, rendering, quirks), `${type}${time}${file}`);
}

function wrap(quirks: RemoteQuirks, href: string, props: string): string {
  const extra = quirks.notFoundPropstat
    ? "<D:propstat><D:prop><D:getetag>wrong</D:getetag><D:getcontentlength>-1</D:getcontentlength></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>"
    : "";
  return `<D:response><D:href>${escapeXml(href)}</D:href>${extra}<D:propstat><D:prop>${props}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>`;
}

function hrefText(entry: RemoteEntry, { url, basePath }: Rendering, quirks: RemoteQuirks): string {
  const slash = entry.node.kind === "folder" && entry.path !== "" ? "/" : "";
  const encoded = entry.path.split("/").map(encodeURIComponent).join("/");
  const path = `${basePath}${encoded}${slash}`;
  switch (quirks.hrefForm ?? "path") {
    case "path":
      return path;
    case "absolute":
      return `${url.origin}${path}`;
    case "otherHost":
      return `http://inside.example:8080${path}`;
    case "doubleSlash":
      return path.replaceAll("/", "//");
    case "lowerCaseEscapes":
      return path.replaceAll(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase());
    case "unescaped":
      return `${basePath}${entry.path.replaceAll("%", "%25")}${slash}`;
    case "relative": {
      const asked = decodeURIComponent(url.pathname).replace(/\/$/, "");
      const own = decodeURIComponent(path).replace(/\/$/, "");
      return own === asked
        ? "./"
        : encodeURIComponent(own.slice(asked.length + 1)).replaceAll("%2F", "/") + slash;
    }
  }
}

function dateText(ms: number, { dateForm = "rfc1123" }: RemoteQuirks): string {
  const date = new Date(ms);
  const http = date.toUTCString();
  const [, day = "", month = "", year = "", time = ""] = /, (\d+) (\w+) (\d+) (\S+)/.exec(http) ?? [];
  switch (dateForm) {
    case "rfc1123":
      return http;
    case "rfc1123z":
      return http.replace("GMT", "+0000");
    case "unix":
      return `${http.slice(0, 3)} ${month} ${String(Number(day)).padStart(2)} ${time} UTC ${year}`;
    case "shortDay":
      return http.replace(/, 0/, ", ");
    case "rfc3339":
      return date.toISOString();
    case "empty":
      return "";
  }
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function makeOdd(text: string): string {
  return text
    .replaceAll("<D:", "<x:")
    .replaceAll("</D:", "</x:")
    .replace("xmlns:D=", "xmlns:x=")
    .replaceAll("<x:href>", "<!-- a comment --><x:href>\n  <![CDATA[")
    .replaceAll("</x:href>", "]]>\n</x:href>")
    .replaceAll(
      /<!\[CDATA\[(.*?)\]\]>/g,
      (_, href: string) =>
        `<![CDATA[${href.replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">")}]]>`,
    );
}
