import { etagKey } from "../webdav/index.ts";
import type { BookFacts } from "./book.ts";
import type { Listing } from "./listing.ts";
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
  for (const facts of listing.books) {
    const book = knownByPath.get(facts.path);
    knownByPath.delete(facts.path);
    if (book === undefined) {
      added.push({ ...facts, id: at.createId(), addedAtMs: at.nowMs });
      continue;
    }
    const isChanged = hasNewContent(book, facts);
    if (isChanged) changed += 1;
    if (book.state === "missing") restored += 1;
    if (isChanged || !isAsKnown(book, facts)) seen.push(seenAs(book, facts, isChanged ? at.nowMs : null));
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
function hasNewContent(book: KnownBook, facts: BookFacts): boolean {
  if (book.sizeBytes !== facts.sizeBytes && book.sizeBytes !== null && facts.sizeBytes !== null) return true;
  const [before, now] = [etagKey(book.etag), etagKey(facts.etag)];
  if (before !== null && now !== null) return before !== now;
  return (
    book.modifiedAtMs !== null && facts.modifiedAtMs !== null && book.modifiedAtMs !== facts.modifiedAtMs
  );
}

function isAsKnown(book: KnownBook, facts: BookFacts): boolean {
  return (
    book.state === "present" &&
    book.absentRound === null &&
    book.sizeBytes === facts.sizeBytes &&
    book.etag === facts.etag &&
    book.modifiedAtMs === facts.modifiedAtMs
  );
}

function seenAs(book: KnownBook, facts: BookFacts, changedAtMs: number | null): SeenBook {
  const { sizeBytes, etag, modifiedAtMs } = facts;
  return { id: book.id, sizeBytes, etag, modifiedAtMs, changedAtMs };
}
