import type { BookPage, BookQuery } from "@relite/core/library";
import type { Sql } from "@relite/prisma";
import { pageLimit, toCursor } from "../cursor.ts";
import {
  type BookFilter,
  type Condition,
  isOf,
  joined,
  type Order,
  toFilters,
  toOrder,
} from "./book-query.ts";
import { type BookRow, bookFields, toBook } from "./book-row.ts";

/** So many books are looked up one by one in the order of an index before the whole table is read instead. */
const windowSize = 2_000;

type Row = BookRow & { readonly sortKey: string | number };

export async function listBooks(sql: Sql, userId: string, query: BookQuery): Promise<BookPage> {
  const order = toOrder(query);
  const filters = toFilters(sql, userId, query);
  if (filters === null) return { items: [], nextCursor: null };
  const limit = pageLimit(query.limit);
  const rows = await readRows(sql, { userId, filters, order, count: limit + 1 });
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return {
    items: shown.map(({ sortKey: _key, ...row }) => toBook(row)),
    nextCursor: more ? toCursor({ order: order.name, key: last.sortKey, id: last.id }) : null,
  };
}

export async function countBooks(sql: Sql, userId: string, query: BookFilter): Promise<number> {
  const filters = toFilters(sql, userId, query);
  if (filters === null) return 0;
  const where = joined([isOf(userId), ...filters]);
  const readAll = filters.length > 0 && (await hasMany(sql, [isOf(userId)], `"titleKey", "id"`));
  const [row] = await sql.all<{ found: number }>(
    `SELECT COUNT(*) AS "found" FROM ${table(readAll)} WHERE ${where.text}`,
    where.values,
  );
  return row?.found ?? 0;
}

interface Reading {
  readonly userId: string;
  readonly filters: readonly Condition[];
  readonly order: Order;
  readonly count: number;
}

/**
 * SQLite knows nothing of how many rows a word or a state leaves: walking an index ends after a few for a common word
 * and takes five times a reading of the whole table for a rare one. So the first books in order are tried, and only
 * when they do not fill the page the table is read from end to end. PostgreSQL keeps statistics and decides itself.
 */
async function readRows(sql: Sql, reading: Reading): Promise<readonly Row[]> {
  const { userId, filters, order } = reading;
  const base = [isOf(userId), ...order.after];
  if (sql.provider === "postgresql" || (order.isIndexed && filters.length === 0)) {
    return read(sql, reading, table(false));
  }
  if (order.isIndexed) {
    const { text, values } = joined(base);
    const first = `(SELECT * FROM "Book" WHERE ${text} ORDER BY ${order.text} LIMIT ${windowSize})`;
    const where = joined(filters);
    const rows = await select(sql, first, where, reading, values);
    if (rows.length === reading.count || !(await hasMany(sql, base, order.text))) return rows;
  }
  const readAll = order.isIndexed || (await hasMany(sql, [isOf(userId)], `"titleKey", "id"`));
  return read(sql, reading, table(readAll));
}

function read(sql: Sql, reading: Reading, from: string): Promise<readonly Row[]> {
  const { userId, filters, order } = reading;
  return select(sql, from, joined([isOf(userId), ...order.after, ...filters]), reading, []);
}

function select(
  sql: Sql,
  from: string,
  where: Condition,
  { order, count }: Reading,
  before: Condition["values"],
): Promise<readonly Row[]> {
  return sql.all<Row>(
    `SELECT ${bookFields}, ${order.key} AS "sortKey" FROM ${from} WHERE ${where.text} ORDER BY ${order.text} LIMIT ?`,
    [...before, ...where.values, count],
  );
}

/** Whether more books than the window meet the conditions, which an index answers. */
async function hasMany(sql: Sql, conditions: readonly Condition[], order: string): Promise<boolean> {
  if (sql.provider === "postgresql") return false;
  const { text, values } = joined(conditions);
  const rows = await sql.all(
    `SELECT 1 FROM "Book" WHERE ${text} ORDER BY ${order} LIMIT 1 OFFSET ${windowSize}`,
    values,
  );
  return rows.length > 0;
}

function table(readAll: boolean): string {
  return readAll ? `"Book" NOT INDEXED` : `"Book"`;
}
