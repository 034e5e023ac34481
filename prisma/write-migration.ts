import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3";
import type { SqlMigrationAwareDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import { describingPostgres } from "./src/describing-postgres.ts";
import { findDrift } from "./src/drift.ts";
import { migrationsDir } from "./src/migrations.ts";
import type { Provider } from "./src/provider.ts";
import { startPostgres } from "./src/testing/index.ts";

const timestamp = new Date().toISOString().replaceAll(/[-:T]/gu, "").slice(0, 14);

/** Writes for both providers the SQL that takes the committed migrations to the models: `node prisma/write-migration.ts NAME`. */
async function writeMigrations(name: string): Promise<readonly string[]> {
  const postgres = await startPostgres();
  try {
    return [
      ...(await writeMigration("sqlite", new PrismaBetterSqlite3({ url: ":memory:" }), name)),
      ...(await writeMigration("postgresql", describingPostgres(postgres.url), name)),
    ];
  } finally {
    await postgres.stop();
  }
}

async function writeMigration(
  provider: Provider,
  adapter: SqlMigrationAwareDriverAdapterFactory,
  name: string,
): Promise<readonly string[]> {
  await mkdir(migrationsDir(provider), { recursive: true });
  const script = await findDrift(provider, adapter);
  if (script === "") return [];
  const dir = new URL(`${timestamp}_${name}/`, migrationsDir(provider));
  await mkdir(dir, { recursive: true });
  await writeFile(new URL("migration.sql", dir), provider === "postgresql" ? sortedByBytes(script) : script);
  return [fileURLToPath(dir)];
}

/** Text sorts by code point on every server, as SQLite and the in-memory twins do; Prisma's models cannot say so. */
function sortedByBytes(script: string): string {
  return script.replaceAll(/^( {4}"\w+"|ALTER TABLE .* ADD COLUMN +"\w+") TEXT\b/gmu, '$1 TEXT COLLATE "C"');
}

const [name] = process.argv.slice(2);
if (name === undefined || !/^[a-z0-9_]+$/u.test(name)) {
  process.stderr.write("usage: node prisma/write-migration.ts NAME   (letters, digits, underscores)\n");
  process.exitCode = 1;
} else {
  const written = await writeMigrations(name);
  process.stdout.write(
    written.length === 0 ? "The migrations agree with the models.\n" : `${written.join("\n")}\n`,
  );
}
