import { etagKey } from "../webdav/index.ts";
import { bookFactsOf } from "./facts.ts";
import type { ListedBook, Listing } from "./listing.ts";
import type { FolderCommit, KnownBook, KnownFolder, NewBook, SeenBook } from "./scan-store.ts";

export interface FolderDiff {
  readonly commit: FolderCommit;
  readonly added: number;
  readonly changed: number;
  readonly restored: number;
}

/** Compares one folder's listing with the index: what has to be written, nothing that is as it was. */
export function diffFolder(
  known: KnownFolder,
  listing: Listing,
  at: { readonly nowMs: number; readonly createId: () => string },
): FolderDiff {
  const knownByPath = new Map(known.books.map((book) => [book.path, book]));
  const added: NewBook[] = [];
  const seen: SeenBook[] = [];
  let changed = 0;
  let restored = 0;
  for (const listed of listing.books) {
    const book = knownByPath.get(listed.path);
    knownByPath.delete(listed.path);
    if (book === undefined) {
      added.push({ ...bookFactsOf(listed), id: at.createId(), addedAtMs: at.nowMs });
      continue;
    }
    const isChanged = hasNewContent(book, listed);
    if (isChanged) changed += 1;
    if (book.state === "missing") restored += 1;
    if (isChanged || !isAsKnown(book, listed)) seen.push(seenAs(book, listed, isChanged ? at.nowMs : null));
  }
  const absentIds = [...knownByPath.values()]
    .filter((book) => book.state !== "missing")
    .map((book) => book.id);
  const commit: FolderCommit = {
    folder: listing.folder,
    outcome: "listed",
    ...diffFolders(known, listing),
    added,
    seen,
    absentIds: listing.isWhole ? absentIds : [],
  };
  return { commit, added: added.length, changed, restored };
}

/** A folder that could not be listed: its whole subtree stays unknown. */
export function failedCommit(path: string): FolderCommit {
  return {
    folder: { path, etag: null, modifiedAtMs: null },
    outcome: "failed",
    folders: [],
    goneFolders: [],
    added: [],
    seen: [],
    absentIds: [],
  };
}

function diffFolders(known: KnownFolder, listing: Listing): Pick<FolderCommit, "folders" | "goneFolders"> {
  const present = new Set(known.folders.filter((folder) => !folder.isGone).map((folder) => folder.path));
  const folders = listing.folders.filter((folder) => !present.has(folder.path));
  for (const folder of listing.folders) present.delete(folder.path);
  return { folders, goneFolders: listing.isWhole ? [...present] : [] };
}

/** By size, else by ETag, else by time: servers without ETags have only that. */
function hasNewContent(book: KnownBook, listed: ListedBook): boolean {
  if (book.sizeBytes !== listed.sizeBytes && book.sizeBytes !== null && listed.sizeBytes !== null)
    return true;
  const [before, now] = [etagKey(book.etag), etagKey(listed.etag)];
  if (before !== null && now !== null) return before !== now;
  return (
    book.modifiedAtMs !== null && listed.modifiedAtMs !== null && book.modifiedAtMs !== listed.modifiedAtMs
  );
}

function isAsKnown(book: KnownBook, listed: ListedBook): boolean {
  return (
    book.state === "present" &&
    book.absentRound === null &&
    book.sizeBytes === listed.sizeBytes &&
    book.etag === listed.etag &&
    book.modifiedAtMs === listed.modifiedAtMs
  );
}

function seenAs(book: KnownBook, listed: ListedBook, changedAtMs: number | null): SeenBook {
  const { sizeBytes, etag, modifiedAtMs } = listed;
  return { id: book.id, sizeBytes, etag, modifiedAtMs, changedAtMs };
}
