import { parseDavDate } from "./dates.ts";
import { type AskedCollection, readHref } from "./href.ts";
import type { DavProperty, MultistatusResponse } from "./multistatus.ts";

/** One resource of a listing. */
export interface DavEntry {
  /** Decoded, below the client's base; the asked path itself for the collection's own entry. */
  readonly path: string;
  /** Steps below the asked collection; 0 is its own entry. */
  readonly depth: number;
  readonly isCollection: boolean;
  /** A status the server gave this entry alone, e.g. 403; null when it is an ordinary one. */
  readonly status: number | null;
  readonly sizeBytes: number | null;
  readonly modifiedAtMs: number | null;
  /** As the server writes it, `W/` and quotes included. */
  readonly etag: string | null;
  readonly contentType: string | null;
  /** Every property found (2xx), by Clark name `{ns}local`. */
  readonly properties: ReadonlyMap<string, DavProperty>;
}

/** The entries of one response; `unusable` counts those in the collection that cannot be named. */
export function readEntries(
  response: MultistatusResponse,
  asked: AskedCollection,
): { readonly entries: readonly DavEntry[]; readonly unusable: number } {
  const entries: DavEntry[] = [];
  let unusable = response.hrefs.length === 0 ? 1 : 0;
  for (const href of response.hrefs) {
    const target = readHref(href, asked);
    if (target.kind === "unusable") unusable += 1;
    if (target.kind === "inside") entries.push(toEntry(href, target, response));
  }
  return { entries, unusable };
}

function toEntry(
  href: string,
  { path, depth }: { readonly path: string; readonly depth: number },
  { properties, status }: MultistatusResponse,
): DavEntry {
  const text = (name: string) => properties.get(`{DAV:}${name}`)?.text || null;
  const type = properties.get("{DAV:}resourcetype");
  return {
    path,
    depth,
    isCollection: type === undefined ? href.endsWith("/") : type.elements.includes("{DAV:}collection"),
    status: status !== null && status >= 200 && status < 300 ? null : status,
    sizeBytes: readSize(text("getcontentlength")),
    modifiedAtMs: parseDavDate(text("getlastmodified") ?? ""),
    etag: readEtag(text("getetag")),
    contentType: text("getcontenttype"),
    properties,
  };
}

/** Servers send negative and fractional sizes; those are no size. */
function readSize(text: string | null): number | null {
  if (text === null || !/^\d{1,16}$/.test(text)) return null;
  const size = Number(text);
  return Number.isSafeInteger(size) ? size : null;
}

function readEtag(text: string | null): string | null {
  return text !== null && text.length <= 512 && text.isWellFormed() && !text.includes("\u0000") ? text : null;
}
