import type { Book, FolderFacts } from "../library/index.ts";
import type { FolderRow, MemoryTables, RoundRow } from "./memory-tables.ts";

export const seenAgain = {
  state: "present",
  absentRound: null,
  suspectRound: null,
  missingSinceMs: null,
} as const;

export interface ConnectionRows {
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

export function owns(tables: MemoryTables, userId: string, connectionId: string): boolean {
  return tables.connections.get(connectionId)?.userId === userId;
}

export function connectionRows(tables: MemoryTables, userId: string, connectionId: string): ConnectionRows {
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

export function putFolder(rows: ConnectionRows, facts: FolderFacts): void {
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
