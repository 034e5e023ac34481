import { ReliteError } from "../errors/index.ts";
import {
  type Book,
  type FolderCommit,
  type FolderFacts,
  isLost,
  type Move,
  type NewBook,
  noCounts,
  type ScanStore,
  type SeenBook,
} from "../library/index.ts";
import type { FolderRow, MemoryTables, RoundRow } from "./memory-tables.ts";

export function createMemoryScans(tables: MemoryTables): ScanStore {
  const open = (userId: string, connectionId: string): ConnectionRows => {
    if (!owns(tables, userId, connectionId)) throw new ReliteError("not_found", "No such connection.");
    return connectionRows(tables, userId, connectionId);
  };
  const peek = (userId: string, connectionId: string): ConnectionRows | null =>
    owns(tables, userId, connectionId) ? connectionRows(tables, userId, connectionId) : null;
  return {
    openRound: async (userId, connectionId, at) => openRound(open(userId, connectionId), at),
    listFolderStates: async (userId, connectionId) => [
      ...(peek(userId, connectionId)?.folders.values() ?? []),
    ],
    readFolders: async (userId, connectionId, paths) => {
      const rows = peek(userId, connectionId);
      const folders = Map.groupBy(rows?.folders.values() ?? [], (row) => row.parent);
      const books = Map.groupBy(rows?.books() ?? [], (row) => row.folder);
      return paths.map((path) => ({
        path,
        folders: folders.get(path) ?? [],
        books: books.get(path) ?? [],
      }));
    },
    commitFolders: async (userId, connectionId, round, commits, counts) => {
      const rows = open(userId, connectionId);
      refuseTakenIds(tables, commits);
      for (const commit of commits) applyCommit(rows, round, commit);
      rows.changeRound(round, { counts });
    },
    markAbsent: async (userId, connectionId, round) => {
      const rows = open(userId, connectionId);
      for (const book of rows.known()) {
        if (rows.folders.get(book.folder)?.isGone) rows.put({ ...book, absentRound: round });
      }
      const known = rows.known();
      return { known: known.length, absent: known.filter((book) => book.absentRound === round).length };
    },
    listLost: async (userId, connectionId, round, { afterId, limit }) =>
      (peek(userId, connectionId)?.books() ?? [])
        .filter((book) => isLost(book, round) && book.id > afterId)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit),
    findRecent: async (userId, connectionId, sinceRound, sizes) =>
      (peek(userId, connectionId)?.books() ?? []).filter(
        (book) =>
          book.state === "present" &&
          book.absentRound === null &&
          book.firstRound >= sinceRound &&
          book.sizeBytes !== null &&
          sizes.includes(book.sizeBytes),
      ),
    applyMoves: async (userId, connectionId, moves) => {
      const rows = open(userId, connectionId);
      for (const move of moves) applyMove(rows, move);
    },
    settleAbsent: async (userId, connectionId, round, decision) => {
      const rows = open(userId, connectionId);
      const outcome = { suspect: 0, missing: 0 };
      for (const book of rows.known().filter((row) => row.absentRound === round)) {
        if (decision.kind === "forget") rows.put({ ...book, ...seenAgain });
        else if (decision.kind === "accept" || isGoneForGood(book, round, decision)) {
          rows.put({ ...book, state: "missing", missingSinceMs: decision.nowMs });
          outcome.missing += 1;
        } else if (decision.isComplete && book.state === "present") {
          rows.put({ ...book, state: "suspect", suspectRound: round });
          outcome.suspect += 1;
        }
      }
      return outcome;
    },
    closeRound: async (userId, connectionId, round, { status, counts, nowMs }) => {
      const rows = open(userId, connectionId);
      rows.changeRound(round, { status, counts, finishedAtMs: nowMs });
      const inUse = new Set(rows.known().map((book) => book.folder));
      for (const [path, row] of rows.folders) if (row.isGone && !inUse.has(path)) rows.folders.delete(path);
    },
  };
}

function refuseTakenIds(tables: MemoryTables, commits: readonly FolderCommit[]): void {
  for (const book of commits.flatMap((commit) => commit.added)) {
    const twin = tables.books.get(book.id);
    if (twin !== undefined && twin.path !== book.path)
      throw new Error("A book with this id is there already.");
  }
}

const seenAgain = { state: "present", absentRound: null, suspectRound: null, missingSinceMs: null } as const;

interface ConnectionRows {
  readonly userId: string;
  readonly connectionId: string;
  readonly folders: Map<string, FolderRow>;
  readonly rounds: RoundRow[];
  books(): readonly Book[];
  known(): readonly Book[];
  at(path: string): Book | undefined;
  byId(id: string): Book | undefined;
  put(book: Book): void;
  drop(id: string): void;
  changeRound(round: number, patch: Partial<RoundRow>): void;
}

function owns(tables: MemoryTables, userId: string, connectionId: string): boolean {
  return tables.connections.get(connectionId)?.userId === userId;
}

function connectionRows(tables: MemoryTables, userId: string, connectionId: string): ConnectionRows {
  const folders = tables.folders.get(connectionId) ?? new Map<string, FolderRow>();
  const rounds = tables.rounds.get(connectionId) ?? [];
  tables.folders.set(connectionId, folders);
  tables.rounds.set(connectionId, rounds);
  const books = () => [...tables.books.values()].filter((row) => row.connectionId === connectionId);
  let byPath: Map<string, Book> | null = null;
  return {
    userId,
    connectionId,
    folders,
    rounds,
    books,
    known: () => books().filter((row) => row.state !== "missing"),
    at: (path) => {
      byPath ??= new Map(books().map((row) => [row.path, row]));
      return byPath.get(path);
    },
    byId: (id) => {
      const row = tables.books.get(id);
      return row?.connectionId === connectionId ? row : undefined;
    },
    put: (book) => {
      tables.books.set(book.id, book);
      byPath?.set(book.path, book);
    },
    drop: (id) => tables.books.delete(id),
    changeRound: (number, patch) => {
      const index = rounds.findIndex((row) => row.number === number);
      const row = rounds[index];
      if (row !== undefined) rounds[index] = { ...row, ...patch };
    },
  };
}

function openRound(rows: ConnectionRows, { nowMs, staleBeforeMs }: { nowMs: number; staleBeforeMs: number }) {
  const last = rows.rounds.at(-1);
  if (last?.status === "running" && last.startedAtMs >= staleBeforeMs) return { ...last, resumed: true };
  if (last?.status === "running") rows.changeRound(last.number, { status: "aborted", finishedAtMs: nowMs });
  const row: RoundRow = {
    userId: rows.userId,
    connectionId: rows.connectionId,
    number: (last?.number ?? 0) + 1,
    status: "running",
    counts: noCounts,
    startedAtMs: nowMs,
    finishedAtMs: null,
  };
  rows.rounds.push(row);
  if (!rows.folders.has("")) putFolder(rows, { path: "", etag: null, modifiedAtMs: null });
  return { ...row, resumed: false };
}

function putFolder(rows: ConnectionRows, facts: FolderFacts): void {
  const row = rows.folders.get(facts.path);
  rows.folders.set(facts.path, {
    userId: rows.userId,
    connectionId: rows.connectionId,
    listedRound: 0,
    failedRound: 0,
    ...row,
    parent: facts.path === "" ? null : facts.path.slice(0, Math.max(0, facts.path.lastIndexOf("/"))),
    path: facts.path,
    etag: facts.etag,
    modifiedAtMs: facts.modifiedAtMs,
    isGone: false,
  });
}

function flagSubtree(rows: ConnectionRows, top: string, isGone: boolean): void {
  for (const [path, row] of rows.folders) {
    if (path === top || path.startsWith(`${top}/`)) rows.folders.set(path, { ...row, isGone });
  }
}

function applyCommit(rows: ConnectionRows, round: number, commit: FolderCommit): void {
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

function applyMove(rows: ConnectionRows, { lostId, foundId, facts }: Move): void {
  const lost = rows.byId(lostId);
  const found = rows.byId(foundId);
  if (lost === undefined || found === undefined) return;
  const readState = lost.readState === "unread" ? found.readState : lost.readState;
  rows.drop(foundId);
  rows.put({ ...lost, ...facts, readState, ...seenAgain });
}

function isGoneForGood(
  book: Book,
  round: number,
  decision: { readonly confirmedIds: readonly string[]; readonly promotes: boolean },
): boolean {
  if (decision.confirmedIds.includes(book.id)) return true;
  return decision.promotes && book.state === "suspect" && (book.suspectRound ?? round) < round;
}
