import type { BookCounts, BookRepository } from "@relite/core/library";
import type { Database, Sql } from "@relite/prisma";
import { isPossibleId } from "../rows.ts";
import { type BookRow, bookFields, toBook } from "./book-row.ts";
import { countBooks, listBooks } from "./list-books.ts";

export function createBooks({ sql }: Database): BookRepository {
  return {
    list: (userId, query) => listBooks(sql, userId, query),
    count: (userId, query) => countBooks(sql, userId, query),
    get: async (userId, id) => {
      if (!isPossibleId(userId) || !isPossibleId(id)) return null;
      const [row] = await sql.all<BookRow>(
        `SELECT ${bookFields} FROM "Book" WHERE "id" = ? AND "userId" = ?`,
        [id, userId],
      );
      return row === undefined ? null : toBook(row);
    },
    setReadState: async (userId, id, readState) => {
      if (!isPossibleId(userId) || !isPossibleId(id)) return null;
      const [row] = await sql.all<BookRow>(
        `UPDATE "Book" SET "readState" = ? WHERE "id" = ? AND "userId" = ? RETURNING ${bookFields}`,
        [readState, id, userId],
      );
      return row === undefined ? null : toBook(row);
    },
    countByConnection: (userId) => countByConnection(sql, userId),
  };
}

async function countByConnection(sql: Sql, userId: string): Promise<ReadonlyMap<string, BookCounts>> {
  if (!isPossibleId(userId)) return new Map();
  const rows = await sql.all<BookCounts & { readonly connectionId: string }>(
    `SELECT c."id" AS "connectionId",
       (SELECT COUNT(*) FROM "Book" b WHERE b."connectionId" = c."id" AND b."state" <> 'missing') AS "present",
       (SELECT COUNT(*) FROM "Book" b WHERE b."connectionId" = c."id" AND b."absentRound" IS NOT NULL
          AND b."state" = 'missing') AS "missing"
     FROM "Connection" c WHERE c."userId" = ?`,
    [userId],
  );
  return new Map(rows.map(({ connectionId, present, missing }) => [connectionId, { present, missing }]));
}
