import type { Book, FolderCommit, NewBook, SeenBook } from "../library/index.ts";
import { type ConnectionRows, putFolder, seenAgain } from "./memory-scan-rows.ts";
import type { MemoryTables } from "./memory-tables.ts";

export function refuseTakenIds(tables: MemoryTables, commits: readonly FolderCommit[]): void {
  for (const book of commits.flatMap((commit) => commit.added)) {
    const twin = tables.books.get(book.id);
    if (twin !== undefined && twin.path !== book.path)
      throw new Error("A book with this id is there already.");
  }
}

function flagSubtree(rows: ConnectionRows, top: string, isGone: boolean): void {
  for (const [path, row] of rows.folders) {
    if (path === top || path.startsWith(`${top}/`)) rows.folders.set(path, { ...row, isGone });
  }
}

export function applyCommit(rows: ConnectionRows, round: number, commit: FolderCommit): void {
  const { path } = commit.folder;
  const known = rows.folders.get(path);
  if (commit.outcome === "failed") {
    if (known !== undefined) rows.folders.set(path, { ...known, failedRound: round });
    return;
  }
  putFolder(rows, commit.folder);
  const listed = rows.folders.get(path);
  if (listed !== undefined) rows.folders.set(path, { ...listed, listedRound: round });
  for (const folder of commit.folders) {
    flagSubtree(rows, folder.path, false);
    putFolder(rows, folder);
  }
  for (const gone of commit.goneFolders) flagSubtree(rows, gone, true);
  for (const book of commit.added) addBook(rows, round, book);
  for (const seen of commit.seen) see(rows, rows.byId(seen.id), seen);
  for (const id of commit.absentIds) {
    const book = rows.byId(id);
    if (book !== undefined) rows.put({ ...book, absentRound: round });
  }
}

function addBook(rows: ConnectionRows, round: number, { addedAtMs, id, ...facts }: NewBook): void {
  const twin = rows.at(facts.path);
  if (twin !== undefined) {
    rows.put({ ...twin, ...facts, ...seenAgain });
    return;
  }
  rows.put({
    ...facts,
    id,
    userId: rows.userId,
    connectionId: rows.connectionId,
    author: null,
    authorKey: "",
    series: null,
    metadata: null,
    cover: null,
    fingerprint: null,
    readState: "unread",
    firstRound: round,
    addedAtMs,
    changedAtMs: addedAtMs,
    ...seenAgain,
  });
}

function see(
  rows: ConnectionRows,
  book: Book | undefined,
  { changedAtMs, id: _id, ...facts }: SeenBook,
): void {
  if (book === undefined) return;
  const changed = changedAtMs === null ? {} : { changedAtMs, fingerprint: null };
  rows.put({ ...book, ...facts, ...changed, ...seenAgain });
}
