import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { PrismaPg } from "@prisma/adapter-pg";
import { isReliteError, ReliteError } from "@relite/core/errors";
import pg from "pg";
import type { PrismaClient } from "../generated/sqlite/client/client.ts";
import { migratePostgres } from "./migrate-postgres.ts";
import { migrateSqlite } from "./migrate-sqlite.ts";
import type { Provider } from "./provider.ts";
import { postgresSql, type SqlDatabase, sqliteSql } from "./sql.ts";
import { openSqlite, type SqliteLink } from "./sqlite-adapter.ts";
import { createTurnstile } from "./turnstile.ts";

export interface Database {
  readonly provider: Provider;
  /** Typed access; one type for both providers, because they come from one set of models. */
  readonly client: PrismaClient;
  /** Statements by hand on the same database, for hot paths. */
  readonly sql: SqlDatabase;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** `file:/path/to/relite.db` or `postgres://user:password@host/database`. */
  readonly url: string;
  /** PostgreSQL connections at most; default 10. */
  readonly maxConnections?: number;
}

/** How long a Prisma transaction waits for its turn and may last. */
const transactionOptions = { maxWait: 30_000, timeout: 30_000 };

/** Opens the database, makes it if it is a file that is not there, and brings it to the models' version. */
export async function openDatabase({ url, maxConnections = 10 }: DatabaseOptions): Promise<Database> {
  return opening(() =>
    providerOf(url) === "sqlite" ? openFile(filePathOf(url)) : openServer(url, maxConnections),
  );
}

async function openFile(file: string): Promise<Database> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await migrateSqlite(file);
  const turnstile = createTurnstile();
  const { factory, connection } = await openSqlite(file, turnstile);
  const { PrismaClient: Client } = await import("../generated/sqlite/client/client.ts");
  const client = new Client({ adapter: factory, transactionOptions, errorFormat: "minimal" });
  const close = async () => {
    const leave = await turnstile.enter();
    if (connection.open) tidy(connection);
    leave();
    await client.$disconnect();
    connection.close();
  };
  return { provider: "sqlite", client, sql: sqliteSql(connection, turnstile), close };
}

/** Keeps statistics fresh for the next start; on a full or locked disk that must not keep us from closing. */
function tidy(connection: SqliteLink["connection"]): void {
  try {
    connection.pragma("optimize");
  } catch {
    // Only a help; the next close tries again.
  }
}

async function openServer(url: string, maxConnections: number): Promise<Database> {
  await migratePostgres(url);
  const pool = new pg.Pool({ connectionString: url, max: maxConnections });
  // An idle connection that the server ends is replaced by the pool; without a listener it would end the process.
  pool.on("error", () => {});
  const { PrismaClient: Client } = await import("../generated/postgresql/client/client.ts");
  const own: unknown = new Client({
    adapter: new PrismaPg(pool),
    transactionOptions,
    errorFormat: "minimal",
  });
  // Both clients are generated from the same models; they differ in filters that SQLite lacks and that we do not use.
  const client = own as PrismaClient;
  const close = async () => {
    await client.$disconnect();
    await pool.end();
  };
  return { provider: "postgresql", client, sql: postgresSql(pool), close };
}

function providerOf(url: string): Provider {
  if (/^postgres(ql)?:\/\//u.test(url)) return "postgresql";
  if (url.startsWith("file:") && url.length > "file:".length) return "sqlite";
  throw new ReliteError("config_invalid", "A database address begins with file: or postgres://.", {
    reason: "database_url",
  });
}

function filePathOf(url: string): string {
  return url.startsWith("file://") ? fileURLToPath(url) : path.resolve(url.slice("file:".length));
}

/** Driver errors hold addresses and user names: only their code is shown. */
async function opening<Result>(open: () => Promise<Result>): Promise<Result> {
  try {
    return await open();
  } catch (error) {
    if (isReliteError(error)) throw error;
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    throw new ReliteError("config_invalid", `The database could not be opened${code}.`, {
      reason: "database_unreachable",
      cause: error,
    });
  }
}
