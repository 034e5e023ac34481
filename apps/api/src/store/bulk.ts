import type { Sql, SqlValue } from "@relite/prisma";

/** PostgreSQL takes 65,535 values a statement. */
const maxValues = 60_000;

/** Inserts rows whose values stand in the order of `columns`; a key that is taken throws. */
export async function insertRows(
  sql: Sql,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly SqlValue[])[],
): Promise<void> {
  const head = `INSERT INTO "${table}" (${quoted(columns)}) VALUES `;
  if (sql.provider === "sqlite") return sql.runEach(head + marks(columns.length), rows);
  for (const chunk of chunksOf(rows, columns.length)) {
    await sql.run(head + chunk.map(({ length }) => marks(length)).join(), chunk.flat());
  }
}

export interface RowUpdate {
  readonly table: string;
  /** Columns that find the row, with their PostgreSQL type; their values come first in each row. */
  readonly keys: readonly (readonly [column: string, type: string])[];
  readonly set: readonly (readonly [column: string, type: string])[];
  /** Further assignments, the same for all rows, e.g. `"state" = 'present'`. */
  readonly also?: string;
  readonly rows: readonly (readonly SqlValue[])[];
}

/** Updates rows by key, many with one statement where the database is a round trip away. */
export async function updateRows(sql: Sql, { table, keys, set, also, rows }: RowUpdate): Promise<void> {
  const more = also === undefined ? [] : [also];
  if (sql.provider === "sqlite") {
    const setters = [...set.map(([column]) => `"${column}" = ?`), ...more].join(", ");
    const found = keys.map(([column]) => `"${column}" = ?`).join(" AND ");
    const turned = rows.map((row) => [...row.slice(keys.length), ...row.slice(0, keys.length)]);
    return sql.runEach(`UPDATE "${table}" SET ${setters} WHERE ${found}`, turned);
  }
  const columns = [...keys, ...set];
  const setters = [...set.map(([column]) => `"${column}" = v."${column}"`), ...more].join(", ");
  const found = keys.map(([column]) => `t."${column}" = v."${column}"`).join(" AND ");
  const typed = `(${columns.map(([, type]) => `CAST(? AS ${type})`).join()})`;
  for (const chunk of chunksOf(rows, columns.length)) {
    const values = [typed, ...chunk.slice(1).map(({ length }) => marks(length))].join();
    const source = `(VALUES ${values}) AS v(${quoted(columns.map(([column]) => column))})`;
    await sql.run(`UPDATE "${table}" AS t SET ${setters} FROM ${source} WHERE ${found}`, chunk.flat());
  }
}

/** `"column" IN` a list given as one JSON value, see `jsonList`. */
export function isIn(sql: Sql, column: string, type: "text" | "bigint" = "text"): string {
  if (sql.provider === "sqlite") return `"${column}" IN (SELECT value FROM json_each(?))`;
  // As an array it is a condition of an index; as a subquery it would be joined, by reading the whole table.
  return `"${column}" = ANY (ARRAY(SELECT CAST(jsonb_array_elements_text(CAST(? AS jsonb)) AS ${type})))`;
}

export function jsonList(values: readonly (string | number)[]): string {
  return JSON.stringify(values);
}

function quoted(columns: readonly string[]): string {
  return columns.map((column) => `"${column}"`).join();
}

function marks(count: number): string {
  return `(${Array.from({ length: count }, () => "?").join()})`;
}

function* chunksOf<Row>(rows: readonly Row[], width: number): Generator<readonly Row[]> {
  const size = Math.max(1, Math.floor(maxValues / width));
  for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size);
}
