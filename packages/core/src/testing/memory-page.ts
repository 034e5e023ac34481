import { ReliteError } from "../errors/index.ts";

export interface PageOptions<Row> {
  readonly keyOf: (row: Row) => string | number;
  readonly descending: boolean;
  readonly cursor?: string;
  readonly limit: number;
}

/** Rows after the cursor in (key, id) order, with the cursor of the last one when more follow. */
export function pageOf<Row extends { readonly id: string }>(
  rows: readonly Row[],
  { keyOf, descending, cursor, limit }: PageOptions<Row>,
): { items: readonly Row[]; nextCursor: string | null } {
  const direction = descending ? -1 : 1;
  const compare = (a: Place, b: Place) => direction * (order(a[0], b[0]) || order(a[1], b[1]));
  const placeOf = (row: Row): Place => [keyOf(row), row.id];
  const after = cursor === undefined ? null : parseCursor(cursor);
  const rest = rows
    .filter((row) => after === null || compare(placeOf(row), after) > 0)
    .sort((a, b) => compare(placeOf(a), placeOf(b)));
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    nextCursor: last !== undefined && rest.length > limit ? JSON.stringify(placeOf(last)) : null,
  };
}

type Place = readonly [string | number, string];

function order(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function parseCursor(text: string): Place {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value) && value.length === 2) {
      const [key, id] = value;
      if ((typeof key === "string" || typeof key === "number") && typeof id === "string") return [key, id];
    }
  } catch {
    // falls through to the one answer for every bad cursor
  }
  throw new ReliteError("bad_request", "The cursor is not one of ours.", { reason: "bad_cursor" });
}
