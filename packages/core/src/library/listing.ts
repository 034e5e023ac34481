import { type DavClient, type DavEntry, DavFault } from "../webdav/index.ts";
import type { BookFacts } from "./book.ts";
import { bookFactsOf } from "./facts.ts";
import type { FolderFacts } from "./scan-store.ts";

/** What a server says is directly in one folder. */
export interface Listing {
  readonly folder: FolderFacts;
  readonly folders: readonly FolderFacts[];
  readonly books: readonly BookFacts[];
  /** Files of every kind. */
  readonly files: number;
  /** False when something in it could not be read: then what is not listed is unknown, not absent. */
  readonly isWhole: boolean;
}

export interface AnswerFacts {
  readonly bytes: number;
  readonly serverIdentity: string | null;
}

export interface ListFolderOptions {
  readonly signal: AbortSignal;
  readonly onAnswer: (answer: AnswerFacts) => void;
}

/**
 * Lists one folder by Depth 1. Entries deeper than asked are ignored; a listing without the folder itself and
 * without children, or in which the folder is none, is refused as no listing.
 */
export async function listFolder(
  client: DavClient,
  path: string,
  options: ListFolderOptions,
): Promise<Listing> {
  const folders = new Map<string, FolderFacts>();
  const files = new Map<string, DavEntry>();
  let folder: FolderFacts | null = null;
  let isWhole = true;
  const entries = client.list(path, {
    depth: 1,
    signal: options.signal,
    onUnusable: () => {
      isWhole = false;
    },
    onAnswer: ({ bytes, headers }) => options.onAnswer({ bytes, serverIdentity: identityOf(headers) }),
  });
  for await (const entry of entries) {
    if (entry.depth === 0 && !entry.isCollection) throw new DavFault("not_webdav");
    if (entry.status !== null) isWhole = false;
    else if (entry.depth === 0) folder = factsOf(entry);
    else if (entry.depth === 1 && entry.isCollection) folders.set(entry.path, factsOf(entry));
    else if (entry.depth === 1) files.set(entry.path, entry);
  }
  if (folder === null && folders.size + files.size === 0) throw new DavFault("not_multistatus");
  const books = [...files.values()].flatMap((entry) => {
    const facts = folders.has(entry.path) ? null : bookFactsOf(entry);
    return facts === null ? [] : [facts];
  });
  return {
    folder: folder ?? { path, etag: null, modifiedAtMs: null },
    folders: [...folders.values()],
    books,
    files: files.size,
    isWhole,
  };
}

/** Which product answers, without its version: an upgrade is no other server. */
export function identityOf(headers: Headers): string | null {
  const product = /^[^\s/(]+/.exec(headers.get("server")?.trim() ?? "")?.[0]?.toLowerCase();
  return product === undefined ? null : product.slice(0, 64);
}

function factsOf({ path, etag, modifiedAtMs }: DavEntry): FolderFacts {
  return { path, etag, modifiedAtMs };
}
