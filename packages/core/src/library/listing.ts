import { type DavClient, type DavEntry, DavFault, nameOf } from "../webdav/index.ts";
import type { BookFacts } from "./book.ts";
import { recogniseFormat } from "./format.ts";
import type { FolderFacts } from "./scan-store.ts";

/** A listed file of a book's format. */
export type ListedBook = Pick<BookFacts, "path" | "format" | "sizeBytes" | "etag" | "modifiedAtMs">;

/** What a server says is directly in one folder. */
export interface Listing {
  readonly folder: FolderFacts;
  readonly folders: readonly FolderFacts[];
  readonly books: readonly ListedBook[];
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
  const books = new Map<string, ListedBook>();
  let files = 0;
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
    else if (entry.depth === 1) {
      files += 1;
      const book = listedBook(entry);
      if (book !== null) books.set(entry.path, book);
    }
  }
  if (folder === null && folders.size + files === 0) throw new DavFault("not_multistatus");
  return {
    folder: folder ?? { path, etag: null, modifiedAtMs: null },
    folders: [...folders.values()],
    books: [...books.values()].filter((book) => !folders.has(book.path)),
    files,
    isWhole,
  };
}

/** Which product answers, without its version: an upgrade is no other server. */
export function identityOf(headers: Headers): string | null {
  const product = /^[^\s/(]+/.exec(headers.get("server")?.trim() ?? "")?.[0]?.toLowerCase();
  return product === undefined ? null : product.slice(0, 64);
}

/** Null when its name and type are no book's. */
function listedBook({ path, contentType, sizeBytes, etag, modifiedAtMs }: DavEntry): ListedBook | null {
  const format = recogniseFormat(nameOf(path), contentType);
  return format === null ? null : { path, format, sizeBytes, etag, modifiedAtMs };
}

function factsOf({ path, etag, modifiedAtMs }: DavEntry): FolderFacts {
  return { path, etag, modifiedAtMs };
}
