import type { Book, BookQuery, BookRepository, BookSort } from "../library/index.ts";
import { pageOf } from "./memory-page.ts";
import type { MemoryTables } from "./memory-tables.ts";

export function createMemoryBooks(tables: MemoryTables): BookRepository {
  const found = (userId: string, query: Omit<BookQuery, "cursor" | "limit">) =>
    [...tables.books.values()].filter((row) => row.userId === userId && matches(row, query));
  const own = (userId: string, id: string): Book | null => {
    const row = tables.books.get(id);
    return row?.userId === userId ? row : null;
  };
  return {
    list: async (userId, query) =>
      pageOf(found(userId, query), {
        ...query,
        keyOf: keyBySort[query.sort ?? "title"],
        descending: query.descending ?? false,
      }),
    count: async (userId, query) => found(userId, query).length,
    get: async (userId, id) => own(userId, id),
    setReadState: async (userId, id, readState) => {
      const row = own(userId, id);
      if (row === null) return null;
      const next = { ...row, readState };
      tables.books.set(id, next);
      return next;
    },
    countByConnection: async (userId) => {
      const counts = new Map<string, { present: number; missing: number }>();
      for (const row of tables.books.values()) {
        if (row.userId !== userId) continue;
        const entry = counts.get(row.connectionId) ?? { present: 0, missing: 0 };
        entry[row.state === "missing" ? "missing" : "present"] += 1;
        counts.set(row.connectionId, entry);
      }
      return counts;
    },
  };
}

const keyBySort: Readonly<Record<BookSort, (row: Book) => string | number>> = {
  title: (row) => row.titleKey,
  author: (row) => row.authorKey,
  added: (row) => row.addedAtMs,
  modified: (row) => row.modifiedAtMs ?? 0,
  size: (row) => row.sizeBytes ?? 0,
};

function matches(row: Book, query: Omit<BookQuery, "cursor" | "limit">): boolean {
  return (
    (query.words ?? []).every((word) => row.searchText.includes(word)) &&
    (query.formats === undefined || query.formats.includes(row.format)) &&
    (query.connectionId === undefined || query.connectionId === row.connectionId) &&
    (query.states === undefined || query.states.includes(row.state)) &&
    (query.readStates === undefined || query.readStates.includes(row.readState))
  );
}
