import type Sqlite from "better-sqlite3";
import pg, { type CustomTypesConfig, type Pool, type PoolClient } from "pg";
import type { Provider } from "./provider.ts";
import type { Turnstile } from "./turnstile.ts";

export type SqlValue = string | number | boolean | null | Uint8Array;

/** SQL by hand, for where Prisma is too slow: `?` marks a value, "columns" are quoted, whole numbers come as numbers. */
export interface Sql {
  readonly provider: Provider;
  all<Row extends object>(text: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** How many rows were changed. */
  run(text: string, values?: readonly SqlValue[]): Promise<number>;
  /** Runs one statement for each list of values, in order. */
  runEach(text: string, lists: readonly (readonly SqlValue[])[]): Promise<void>;
}

export interface SqlDatabase extends Sql {
  /** All of `work` or nothing. On SQLite one at a time; on PostgreSQL at READ COMMITTED. */
  transaction<Result>(work: (tx: Sql) => Promise<Result>): Promise<Result>;
}

const statementsKept = 200;

export function sqliteSql(connection: Sqlite.Database, turnstile: Turnstile): SqlDatabase {
  const inside = statementsOn(connection);
  const waited = async <Result>(run: () => Promise<Result>): Promise<Result> => {
    for (let open = turnstile.pass(); open !== null; open = turnstile.pass()) await open;
    return run();
  };
  return {
    provider: "sqlite",
    all: (text, values) => waited(() => inside.all(text, values)),
    run: (text, values) => waited(() => inside.run(text, values)),
    runEach: (text, lists) => waited(() => inside.runEach(text, lists)),
    transaction: async (work) => {
      const leave = await turnstile.enter();
      try {
        connection.exec("BEGIN IMMEDIATE");
        const result = await work(inside);
        connection.exec("COMMIT");
        return result;
      } finally {
        if (connection.open && connection.inTransaction) connection.exec("ROLLBACK");
        leave();
      }
    },
  };
}

function statementsOn(connection: Sqlite.Database): Sql {
  const statementByText = new Map<string, Sqlite.Statement<unknown[]>>();
  const prepare = (text: string): Sqlite.Statement<unknown[]> => {
    const statement = statementByText.get(text) ?? connection.prepare<unknown[]>(text).safeIntegers(false);
    // Moved to the end: the one used longest ago goes first.
    statementByText.delete(text);
    statementByText.set(text, statement);
    if (statementByText.size > statementsKept) {
      for (const oldest of statementByText.keys()) {
        statementByText.delete(oldest);
        break;
      }
    }
    return statement;
  };
  return {
    provider: "sqlite",
    // The shape of a row is the statement's own; statements and row types stand side by side.
    all: async <Row extends object>(text: string, values: readonly SqlValue[] = []) =>
      prepare(text).all(bindable(values)) as readonly Row[],
    run: async (text, values = []) => prepare(text).run(bindable(values)).changes,
    runEach: async (text, lists) => {
      const statement = prepare(text);
      for (const values of lists) statement.run(bindable(values));
    },
  };
}

/** SQLite has no booleans; a list without them, nearly every one, is not copied. */
function bindable(values: readonly SqlValue[]): readonly SqlValue[] {
  const hasBoolean = values.some((value) => typeof value === "boolean");
  return hasBoolean ? values.map((value) => (typeof value === "boolean" ? Number(value) : value)) : values;
}

export function postgresSql(pool: Pool): SqlDatabase {
  return {
    ...statementsOf(pool),
    transaction: async (work) => {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query("BEGIN");
        const result = await work(statementsOf(client));
        await client.query("COMMIT");
        return result;
      } catch (error) {
        await client.query("ROLLBACK").catch((second: Error) => {
          broken = second;
        });
        throw error;
      } finally {
        client.release(broken);
      }
    },
  };
}

/** int8 (our times and sizes, below 2^53) comes as a number, everything else as pg has it. */
const types: CustomTypesConfig = {
  getTypeParser: (id, format) =>
    id === pg.types.builtins.INT8 && format !== "binary" ? Number : pg.types.getTypeParser(id, format),
};

function statementsOf(client: Pool | PoolClient): Sql {
  const query = (text: string, values: readonly SqlValue[]) =>
    client.query({ text: numbered(text), values: values.map(postgresValue), types });
  return {
    provider: "postgresql",
    all: async <Row extends object>(text: string, values: readonly SqlValue[] = []) =>
      (await query(text, values)).rows as readonly Row[],
    run: async (text, values = []) => (await query(text, values)).rowCount ?? 0,
    runEach: async (text, lists) => {
      for (const values of lists) await query(text, values);
    },
  };
}

/** `?` → `$1`, `$2`, … as PostgreSQL has it; our statements hold no other question mark. */
function numbered(text: string): string {
  let count = 0;
  return text.replaceAll("?", () => `$${++count}`);
}

function postgresValue(value: SqlValue): SqlValue | Buffer {
  return value instanceof Uint8Array ? Buffer.from(value) : value;
}
