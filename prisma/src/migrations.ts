import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { SqlMigrationAwareDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import type { MigrationList, SchemaFilter } from "@prisma/schema-engine-wasm";
import { ReliteError } from "@relite/core/errors";
import { type Provider, packageDir } from "./provider.ts";
import { withSchemaEngine } from "./schema-engine.ts";
import type { Sql } from "./sql.ts";

export const everything: SchemaFilter = { externalTables: [], externalEnums: [] };

export function migrationsDir(provider: Provider): URL {
  return new URL(`migrations/${provider}/`, packageDir);
}

/** The committed migrations of a provider, oldest first, in the form the engine takes. */
export async function readMigrations(
  provider: Provider,
  dir = migrationsDir(provider),
): Promise<MigrationList> {
  return {
    baseDir: fileURLToPath(dir),
    lockfile: { path: "migration_lock.toml", content: `provider = "${provider}"\n` },
    shadowDbInitScript: "",
    migrationDirectories: await Promise.all(
      (await listMigrations(dir)).map(async (name) => {
        const value = await readFile(new URL(`${name}/migration.sql`, dir), "utf8");
        return {
          path: name,
          migrationFile: { path: "migration.sql", content: { tag: "ok" as const, value } },
        };
      }),
    ),
  };
}

/** Whether the database is at the models' version; refuses what no later step could bring there. */
export async function isUpToDate(sql: Sql, dir = migrationsDir(sql.provider)): Promise<boolean> {
  const known = await listMigrations(dir);
  const applied = await readApplied(sql);
  const foreign = applied.filter((name) => !known.includes(name));
  if (foreign.length > 0) {
    throw new ReliteError("config_invalid", "The database was written by a newer version of Relite.", {
      reason: "database_newer",
      details: { migrations: foreign },
    });
  }
  return applied.length === known.length;
}

/** Applies what is missing, in order, by Prisma's engine. The caller holds a transaction, so that it is all or nothing. */
export async function applyMigrations(
  provider: Provider,
  adapter: SqlMigrationAwareDriverAdapterFactory,
  dir = migrationsDir(provider),
): Promise<void> {
  const migrationsList = await readMigrations(provider, dir);
  try {
    await withSchemaEngine(adapter, null, (engine) =>
      engine.applyMigrations({ migrationsList, filters: everything }),
    );
  } catch (error) {
    throw new ReliteError("config_invalid", "The database could not be brought to this version.", {
      reason: "migration_failed",
      cause: error,
    });
  }
}

async function listMigrations(dir: URL): Promise<readonly string[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  const dirs = entries.filter((entry) => entry.isDirectory());
  return dirs.map(({ name }) => name).sort();
}

async function readApplied(sql: Sql): Promise<readonly string[]> {
  if (!(await hasMigrationsTable(sql))) return [];
  const rows = await sql.all<{ name: string; isFinished: number }>(
    `SELECT migration_name AS "name", CASE WHEN finished_at IS NULL THEN 0 ELSE 1 END AS "isFinished"
     FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY migration_name`,
  );
  const unfinished = rows.filter(({ isFinished }) => isFinished === 0).map(({ name }) => name);
  if (unfinished.length > 0) {
    throw new ReliteError("config_invalid", "A migration of the database broke off; restore a backup.", {
      reason: "database_unfinished",
      details: { migrations: unfinished },
    });
  }
  return rows.map(({ name }) => name);
}

async function hasMigrationsTable(sql: Sql): Promise<boolean> {
  const rows = await sql.all(
    sql.provider === "sqlite"
      ? "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '_prisma_migrations'"
      : "SELECT 1 WHERE to_regclass('_prisma_migrations') IS NOT NULL",
  );
  return rows.length > 0;
}
