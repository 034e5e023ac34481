import { setTimeout as sleep } from "node:timers/promises";
import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3";
import { ReliteError } from "@relite/core/errors";
import { applyMigrations, isUpToDate } from "./migrations.ts";
import { sqliteSql } from "./sql.ts";
import { connectionOf } from "./sqlite-adapter.ts";
import { createTurnstile } from "./turnstile.ts";

const retryMs = 50;
const retries = 1_200;

/** Brings the file to the models' version. Several processes may try at once: one migrates while the others wait. */
export async function migrateSqlite(file: string, dir?: URL): Promise<void> {
  for (let tries = 0; tries < retries; tries++) {
    try {
      return await migrateOnce(file, dir);
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
    await sleep(retryMs);
  }
  throw new ReliteError("config_invalid", "Another process keeps the database locked.", {
    reason: "database_locked",
  });
}

/** On a connection of its own: the engine takes the file for itself until the connection is closed. */
async function migrateOnce(file: string, dir: URL | undefined): Promise<void> {
  const stock = new PrismaBetterSqlite3({ url: file, timeout: 0 });
  const adapter = await stock.connect();
  const connection = connectionOf(adapter);
  try {
    const sql = sqliteSql(connection, createTurnstile());
    if (await isUpToDate(sql, dir)) return;
    // Only of a file that is still empty; twice the usual, which suits rows of half a kilobyte.
    connection.pragma("page_size = 8192");
    connection.pragma("journal_mode = WAL");
    // Prisma rebuilds tables by dropping the old one, which would delete what refers to it.
    connection.pragma("foreign_keys = OFF");
    connection.exec("BEGIN IMMEDIATE");
    if (!(await isUpToDate(sql, dir))) {
      const kept = {
        provider: "sqlite",
        adapterName: stock.adapterName,
        connect: async () => Object.assign(Object.create(adapter), { dispose: async () => {} }),
        connectToShadowDb: () => stock.connectToShadowDb(),
      } as const;
      await applyMigrations("sqlite", kept, dir);
    }
    connection.exec("COMMIT");
  } finally {
    connection.close();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY");
}
