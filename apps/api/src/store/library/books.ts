import type { BookCounts, BookPage, BookQuery, BookRepository } from "@relite/core/library";
import type { Database, Sql } from "@relite/prisma";
import { pageLimit, toCursor } from "../cursor.ts";
import { isPossibleId } from "../rows.ts";
import { joined, toFilter, toOrder } from "./book-query.ts";
import { type BookRow, bookFields, toBook } from "./book-row.ts";

export function createBooks({ sql }: Database): BookRepository {
  return {
    list: (userId, query) => list(sql, userId, query),
    count: async (userId, query) => {
      const filter = toFilter(sql, userId, query);
      if (filter === null) return 0;
      const [row] = await sql.all<{ found: number }>(
        `SELECT COUNT(*) AS "found" FROM "Book" WHERE ${filter.text}`,
        filter.values,
      );
      return row?.found ?? 0;
    },
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

async function list(sql: Sql, userId: string, query: BookQuery): Promise<BookPage> {
  const order = toOrder(query);
  const filter = toFilter(sql, userId, query);
  if (filter === null) return { items: [], nextCursor: null };
  const limit = pageLimit(query.limit);
  const { text, values } = joined(order.after === null ? [filter] : [filter, order.after]);
  const rows = await sql.all<BookRow & { readonly sortKey: string | number }>(
    `SELECT ${bookFields}, ${order.key} AS "sortKey" FROM "Book" WHERE ${text} ORDER BY ${order.text} LIMIT ?`,
    [...values, limit + 1],
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return {
    items: shown.map(({ sortKey: _key, ...row }) => toBook(row)),
    nextCursor: more ? toCursor({ order: order.name, key: last.sortKey, id: last.id }) : null,
  };
}

async function countByConnection(sql: Sql, userId: string): Promise<ReadonlyMap<string, BookCounts>> {
  if (!isPossibleId(userId)) return new Map();
  const rows = await sql.all<BookCounts & { readonly connectionId: string }>(
    `SELECT b."connectionId", COUNT(*) - SUM(CASE WHEN b."state" = 'missing' THEN 1 ELSE 0 END) AS "present",
       SUM(CASE WHEN b."state" = 'missing' THEN 1 ELSE 0 END) AS "missing"
     FROM "Connection" c JOIN "Book" b ON b."connectionId" = c."id"
     WHERE c."userId" = ? GROUP BY b."connectionId"`,
    [userId],
  );
  return new Map(rows.map(({ connectionId, present, missing }) => [connectionId, { present, missing }]));
}
