import type { TreeNode, Usage } from "../tree/tree.ts";
import type { PropertyName, PropfindRequest } from "../xml/propfind-request.ts";
import { escapeAttribute, escapeXml } from "../xml/write-xml.ts";
import { mediaTypeByName } from "./media-type.ts";

/** What a property says about a node: its value as XML text, or null where the node has no such property. */
type Reader = (node: TreeNode, usage: Usage | null) => string | null;

const readerByName: Readonly<Record<string, Reader>> = {
  resourcetype: (node) => (node.kind === "collection" ? "<D:collection/>" : ""),
  creationdate: (node) => new Date(node.createdMs).toISOString(),
  getlastmodified: (node) => new Date(node.modifiedMs).toUTCString(),
  getetag: (node) => `"${node.etag}"`,
  getcontentlength: (node) => (node.kind === "file" ? String(node.size) : null),
  getcontenttype: (node) =>
    node.kind === "file" ? escapeXml(node.type ?? mediaTypeByName(node.name)) : "httpd/unix-directory",
};

/** RFC 4331: asked for by name only. */
const quotaReaderByName: Readonly<Record<string, Reader>> = {
  "quota-used-bytes": (node, usage) =>
    node.kind === "collection" && usage !== null ? String(usage.usedBytes) : null,
  "quota-available-bytes": (node, usage) =>
    node.kind === "collection" && usage !== null && usage.quotaBytes !== null
      ? String(Math.max(0, usage.quotaBytes - usage.usedBytes))
      : null,
};

export function asksForQuota(request: PropfindRequest): boolean {
  const names = request.kind === "prop" ? request.names : request.kind === "allprop" ? request.include : [];
  return names.some(({ namespace, name }) => namespace === "DAV:" && Object.hasOwn(quotaReaderByName, name));
}

/** Turns what was asked into one function from a node to its `propstat` elements, so that a listing does no work twice. */
export function createPropstat(request: PropfindRequest, usage: Usage | null): (node: TreeNode) => string {
  if (request.kind === "propname") return namesOnly;
  const names = request.kind === "prop" ? request.names : [...everyName, ...request.include];
  const wanted = names.map((name) => ({ reader: readerOf(name), ...elementOf(name) }));
  const isFixed = request.kind === "allprop" && request.include.length === 0;
  return (node) => {
    let found = "";
    let missing = "";
    for (const { reader, open, close, empty } of wanted) {
      const value = reader?.(node, usage) ?? null;
      if (value !== null) found += value === "" ? empty : open + value + close;
      else if (!isFixed) missing += empty;
    }
    const foundPart = found === "" && missing !== "" ? "" : propstat(found, "200 OK");
    return missing === "" ? foundPart : foundPart + propstat(missing, "404 Not Found");
  };
}

const everyName: readonly PropertyName[] = Object.keys(readerByName).map((name) => ({
  namespace: "DAV:",
  name,
}));

function namesOnly(node: TreeNode): string {
  const present = Object.entries(readerByName).filter(([, reader]) => reader(node, null) !== null);
  return propstat(present.map(([name]) => `<D:${name}/>`).join(""), "200 OK");
}

function propstat(properties: string, status: string): string {
  return `<D:propstat><D:prop>${properties}</D:prop><D:status>HTTP/1.1 ${status}</D:status></D:propstat>`;
}

function readerOf({ namespace, name }: PropertyName): Reader | undefined {
  if (namespace !== "DAV:") return undefined;
  if (Object.hasOwn(readerByName, name)) return readerByName[name];
  return Object.hasOwn(quotaReaderByName, name) ? quotaReaderByName[name] : undefined;
}

function elementOf({ namespace, name }: PropertyName): { open: string; close: string; empty: string } {
  if (namespace === "DAV:") return { open: `<D:${name}>`, close: `</D:${name}>`, empty: `<D:${name}/>` };
  if (namespace === "") return { open: `<${name}>`, close: `</${name}>`, empty: `<${name}/>` };
  const tag = `X:${name} xmlns:X="${escapeAttribute(namespace)}"`;
  return { open: `<${tag}>`, close: `</X:${name}>`, empty: `<${tag}/>` };
}
