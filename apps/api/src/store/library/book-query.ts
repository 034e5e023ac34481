import type { BookQuery, BookSort } from "@relite/core/library";
import { isStorableText } from "@relite/core/text";
import type { Sql, SqlValue } from "@relite/prisma";
import { isIn, jsonList } from "../bulk.ts";
import { parseCursor } from "../cursor.ts";
import { isPossibleId } from "../rows.ts";

/** What a sort compares, and of which type; unknown authors, times and sizes come as "" and 0. */
const keyBySort: Readonly<Record<BookSort, readonly [sql: string, type: "string" | "number"]>> = {
  title: [`"titleKey"`, "string"],
  author: [`"authorKey"`, "string"],
  added: [`"addedAtMs"`, "number"],
  modified: [`COALESCE("modifiedAtMs", 0)`, "number"],
  size: [`COALESCE("sizeBytes", 0)`, "number"],
};

export type BookFilter = Omit<BookQuery, "cursor" | "limit">;

export interface Condition {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** What a query asks for beyond the user, its cursor aside; null when nothing can match. */
export function toFilters(sql: Sql, userId: string, query: BookFilter): readonly Condition[] | null {
  const { words = [], formats, connectionId, states, readStates } = query;
  const lists = [
    ["format", formats],
    ["state", states],
    ["readState", readStates],
  ] as const;
  if (lists.some(([, list]) => list?.length === 0)) return null;
  if (![userId, connectionId ?? ""].every(isPossibleId) || !words.every(isStorableText)) return null;
  const contains = sql.provider === "sqlite" ? `INSTR("searchText", ?) > 0` : `STRPOS("searchText", ?) > 0`;
  return [
    ...(connectionId === undefined ? [] : [{ text: `"connectionId" = ?`, values: [connectionId] }]),
    ...lists.flatMap(([column, list]) =>
      list === undefined ? [] : [{ text: isIn(sql, column), values: [jsonList(list)] }],
    ),
    ...words.map((word) => ({ text: contains, values: [word] })),
  ];
}

export function isOf(userId: string): Condition {
  return { text: `"userId" = ?`, values: [userId] };
}

export interface Order {
  /** Names the order in cursors. */
  readonly name: string;
  readonly key: string;
  /** For `ORDER BY`. */
  readonly text: string;
  /** After the cursor; empty without one. */
  readonly after: readonly Condition[];
  /** An index gives the user's books in this order. */
  readonly isIndexed: boolean;
}

export function toOrder({ sort = "title", descending = false, cursor }: BookQuery): Order {
  const [key, type] = keyBySort[sort];
  const name = descending ? `-${sort}` : sort;
  const direction = descending ? "DESC" : "ASC";
  const place = cursor === undefined ? null : parseCursor(cursor, name, type);
  return {
    name,
    key,
    text: `${key} ${direction}, "id" ${direction}`,
    after:
      place === null
        ? []
        : [{ text: `(${key}, "id") ${descending ? "<" : ">"} (?, ?)`, values: [place.key, place.id] }],
    isIndexed: sort === "title" || sort === "added",
  };
}

export function joined(conditions: readonly Condition[]): Condition {
  return {
    text: conditions.map(({ text }) => text).join(" AND "),
    values: conditions.flatMap(({ values }) => values),
  };
}
