import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3";
import type {
  SqlDriverAdapter,
  SqlDriverAdapterFactory,
  SqlQuery,
  Transaction,
} from "@prisma/driver-adapter-utils";
import type Sqlite from "better-sqlite3";
import type { Turnstile } from "./turnstile.ts";

const busyTimeoutMs = 5_000;

/** Prisma's adapter on the one connection, and that connection, which prepared statements share. */
export interface SqliteLink {
  readonly factory: SqlDriverAdapterFactory;
  readonly connection: Sqlite.Database;
}

export async function openSqlite(file: string, turnstile: Turnstile): Promise<SqliteLink> {
  const stock = await new PrismaBetterSqlite3({ url: file, timeout: busyTimeoutMs }).connect();
  const connection = connectionOf(stock);
  connection.pragma("journal_mode = WAL");
  connection.pragma("synchronous = NORMAL");
  connection.pragma("foreign_keys = ON");
  connection.pragma("cache_size = -65536");
  connection.pragma("temp_store = MEMORY");
  // 32 MB of log between checkpoints: a first index changes the same pages over and over.
  connection.pragma("wal_autocheckpoint = 4096");
  connection.pragma("journal_size_limit = 67108864");
  const { provider, adapterName } = stock;
  const adapter = fenced(stock, connection, turnstile);
  return { factory: { provider, adapterName, connect: async () => adapter }, connection };
}

/**
 * The stock adapter has one connection and lets any statement run inside whatever transaction happens to be open on
 * it, to be rolled back with it. Here a transaction is entered through a turnstile which everything else waits for;
 * and it begins IMMEDIATE, so that a second process is waited for at the start instead of failing in the middle.
 */
function fenced(
  stock: SqlDriverAdapter,
  connection: Sqlite.Database,
  turnstile: Turnstile,
): SqlDriverAdapter {
  const { provider, adapterName } = stock;
  const waited = async <Result>(run: () => Promise<Result>): Promise<Result> => {
    for (let open = turnstile.pass(); open !== null; open = turnstile.pass()) await open;
    return run();
  };
  return {
    provider,
    adapterName,
    queryRaw: (query) => waited(() => stock.queryRaw(query)),
    executeRaw: (query) => waited(() => stock.executeRaw(query)),
    executeScript: (script) => waited(() => stock.executeScript(script)),
    startTransaction: async () => {
      const leave = await turnstile.enter();
      try {
        await stock.executeRaw(statement("BEGIN IMMEDIATE"));
        return transactionOn(stock, connection, leave);
      } catch (error) {
        leave();
        throw error;
      }
    },
    dispose: async () => {
      if (connection.open) await stock.dispose();
    },
  };
}

function transactionOn(stock: SqlDriverAdapter, connection: Sqlite.Database, leave: () => void): Transaction {
  // Prisma has sent COMMIT or ROLLBACK by then; a failed COMMIT leaves the transaction open, and it must not stay so.
  const end = async () => {
    if (connection.inTransaction) connection.exec("ROLLBACK");
    leave();
  };
  return {
    provider: stock.provider,
    adapterName: stock.adapterName,
    options: { usePhantomQuery: false },
    queryRaw: (query) => stock.queryRaw(query),
    executeRaw: (query) => stock.executeRaw(query),
    commit: end,
    rollback: end,
  };
}

function statement(sql: string): SqlQuery {
  return { sql, args: [], argTypes: [] };
}

export function connectionOf(stock: SqlDriverAdapter): Sqlite.Database {
  const connection: unknown = Reflect.get(stock, "client");
  if (!isConnection(connection)) throw new Error("Prisma's SQLite adapter no longer shows its connection.");
  return connection;
}

function isConnection(value: unknown): value is Sqlite.Database {
  return typeof value === "object" && value !== null && "prepare" in value && "pragma" in value;
}
