import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import Sqlite from "better-sqlite3";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { migratePostgres } from "./migrate-postgres.ts";
import { migrateSqlite } from "./migrate-sqlite.ts";
import { migrationsDir } from "./migrations.ts";
import { openDatabase } from "./open-database.ts";
import { providers } from "./provider.ts";
import { createTestDatabase } from "./testing/index.ts";

/** What Prisma writes for SQLite when a column changes: a new table, the rows over, the old one dropped. */
const rebuild = `
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_User" ("id" TEXT NOT NULL PRIMARY KEY, "displayName" TEXT NOT NULL, "role" TEXT NOT NULL,
  "createdAtMs" BIGINT NOT NULL, "more" TEXT);
INSERT INTO "new_User" ("id", "displayName", "role", "createdAtMs")
  SELECT "id", "displayName", "role", "createdAtMs" FROM "User";
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
`;

const later = {
  sqlite: { good: rebuild, broken: `ALTER TABLE "User" ADD COLUMN "x" TEXT; CREATE TABLE nonsense (;` },
  postgresql: {
    good: `ALTER TABLE "User" ADD COLUMN "more" TEXT;`,
    broken: `ALTER TABLE "User" ADD COLUMN "x" TEXT; CREATE TABLE nonsense (;`,
  },
};

describe.each(providers)("migrating on %s", (provider) => {
  async function start() {
    const place = await createTestDatabase(provider);
    const root = await mkdtemp(path.join(tmpdir(), "relite-migrations-"));
    await cp(migrationsDir(provider), root, { recursive: true });
    const database = await openDatabase(place);
    const user = { id: "anna", displayName: "Anna", role: "owner", createdAtMs: 1n };
    await database.client.user.create({ data: user });
    await database.client.ownerDid.create({ data: { did: "d", userId: "anna", addedAtMs: 1n, position: 1 } });
    await database.close();
    return {
      place,
      add: async (name: string, sql: string) => {
        await mkdir(path.join(root, name));
        await writeFile(path.join(root, name, "migration.sql"), sql);
      },
      migrate: () => {
        const dir = pathToFileURL(`${root}/`);
        return provider === "sqlite"
          ? migrateSqlite(place.url.slice("file:".length), dir)
          : migratePostgres(place.url, dir);
      },
      /** Past the check of versions. */
      read: async (statement: string): Promise<unknown> => {
        if (provider === "sqlite") {
          const file = new Sqlite(place.url.slice("file:".length));
          const rows = file.prepare(statement).all();
          file.close();
          return rows;
        }
        const server = new pg.Client({ connectionString: place.url });
        await server.connect();
        const { rows } = await server.query(statement);
        await server.end();
        return rows;
      },
      [Symbol.asyncDispose]: async () => {
        await place.remove();
        await rm(root, { recursive: true });
      },
    };
  }

  test("[DB9] a later migration keeps every row, also those that refer to a rebuilt table", async () => {
    await using world = await start();
    await world.add("29990101000000_more", later[provider].good);
    await world.migrate();
    await world.migrate();
    expect(
      await world.read(
        `SELECT u."id", u."more", d."did" FROM "User" u JOIN "OwnerDid" d ON d."userId" = u."id"`,
      ),
    ).toEqual([{ id: "anna", more: null, did: "d" }]);
    await expect(openDatabase(world.place)).rejects.toMatchObject({ reason: "database_newer" });
  });

  test("[DB9] a migration that breaks off changes nothing, and the database still opens", async () => {
    await using world = await start();
    await world.add("29990101000000_broken", later[provider].broken);
    await expect(world.migrate()).rejects.toMatchObject({
      code: "config_invalid",
      reason: "migration_failed",
    });
    const database = await openDatabase(world.place);
    expect(await database.client.user.findMany()).toHaveLength(1);
    const insert = `INSERT INTO "User" ("id", "displayName", "role", "createdAtMs", "x") VALUES ('b', '', 'member', 1, '')`;
    await expect(database.sql.run(insert)).rejects.toThrow(/"?x"?/);
    await database.close();
  });
});
