import type { PropertyName } from "../tree/properties.ts";
import { escapeAttribute } from "../xml/write-xml.ts";

/** How an answer that binds `D` to `DAV:` writes an element of that name. */
export function elementOf({ namespace, name }: PropertyName): { open: string; close: string; empty: string } {
  if (namespace === "DAV:") return { open: `<D:${name}>`, close: `</D:${name}>`, empty: `<D:${name}/>` };
  if (namespace === "") return { open: `<${name}>`, close: `</${name}>`, empty: `<${name}/>` };
  const tag = `X:${name} xmlns:X="${escapeAttribute(namespace)}"`;
  return { open: `<${tag}>`, close: `</X:${name}>`, empty: `<${tag}/>` };
}

/** A `propstat` (RFC 4918 §14.22) of elements that were written already. */
export function propstat(elements: string, status: string, rest = ""): string {
  return `<D:propstat><D:prop>${elements}</D:prop><D:status>HTTP/1.1 ${status}</D:status>${rest}</D:propstat>`;
}

/** One key for a name, whatever stands in either part. */
export function keyOf({ namespace, name }: PropertyName): string {
  return `{${namespace}}${name}`;
}
