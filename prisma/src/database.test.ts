import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { inspect } from "node:util";
import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3";
import { describe, expect, test } from "vitest";
import { generateClients } from "../generate.ts";
import { describingPostgres } from "./describing-postgres.ts";
import { findDrift } from "./drift.ts";
import { openDatabase } from "./open-database.ts";
import { type Provider, packageDir, providers } from "./provider.ts";
import { createTestDatabase } from "./testing/index.ts";

async function fresh(provider: Provider) {
  const { url, remove } = await createTestDatabase(provider);
  return { url, [Symbol.asyncDispose]: remove };
}

const user = (id: string) => ({ id, displayName: id, role: "member", createdAtMs: 1n });
const insertUser = `INSERT INTO "User" ("id", "displayName", "role", "createdAtMs") VALUES (?, ?, ?, ?)`;

describe.each(providers)("database on %s", (provider) => {
  test("[DB1] models and migrations agree", async () => {
    await using database = await fresh(provider);
    const adapter =
      provider === "sqlite"
        ? new PrismaBetterSqlite3({ url: database.url })
        : describingPostgres(database.url);
    expect(await findDrift(provider, adapter)).toBe("");
  });

  test("[DB2] is made on first opening and keeps its rows over the next", async () => {
    await using place = await fresh(provider);
    const first = await openDatabase(place);
    await first.client.user.create({ data: user("u1") });
    await first.close();
    const second = await openDatabase(place);
    expect(second.provider).toBe(provider);
    expect(await second.client.user.findMany()).toEqual([user("u1")]);
    await second.close();
  });

  test("[DB2] is migrated once when several open it at the same time", async () => {
    await using place = await fresh(provider);
    const opened = await Promise.all([openDatabase(place), openDatabase(place), openDatabase(place)]);
    for (const database of opened) expect(await database.client.user.count()).toBe(0);
    const rows = await opened[0].sql.all("SELECT migration_name FROM _prisma_migrations");
    expect(rows).toHaveLength((await readdir(new URL(`migrations/${provider}`, packageDir))).length);
    for (const database of opened) await database.close();
  });

  test("[DB3] refuses a database of a newer version and one whose migration broke off", async () => {
    await using place = await fresh(provider);
    const database = await openDatabase(place);
    const insert = `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES (?, ?, ?, `;
    await database.sql.run(`${insert} CURRENT_TIMESTAMP)`, ["x", "c", "29990101000000_future"]);
    await expect(openDatabase(place)).rejects.toMatchObject({
      code: "config_invalid",
      reason: "database_newer",
    });
    await database.sql.run("DELETE FROM _prisma_migrations WHERE id = ?", ["x"]);
    await database.sql.run(`${insert} NULL)`, ["y", "c", "29990101000000_future"]);
    await expect(openDatabase(place)).rejects.toMatchObject({ reason: "database_unfinished" });
    await database.close();
  });

  test("[DB4] statements by hand and the typed client see the same rows", async () => {
    await using place = await fresh(provider);
    const { client, sql, close } = await openDatabase(place);
    const largeMs = 8_640_000_000_000_000;
    expect(await sql.run(insertUser, ["u1", "Ünï 📚 ?", "owner", largeMs])).toBe(1);
    expect(await client.user.findUnique({ where: { id: "u1" } })).toMatchObject({
      displayName: "Ünï 📚 ?",
      createdAtMs: BigInt(largeMs),
    });
    expect(await sql.all(`SELECT "displayName", "createdAtMs" FROM "User"`)).toEqual([
      { displayName: "Ünï 📚 ?", createdAtMs: largeMs },
    ]);
    await close();
  });

  test("[DB5] a transaction is all or nothing, also beside other writers", async () => {
    await using place = await fresh(provider);
    const { client, sql, close } = await openDatabase(place);
    const failing = (id: string) =>
      sql.transaction(async (tx) => {
        await tx.run(insertUser, [id, id, "member", 1]);
        await Promise.resolve();
        throw new Error("no");
      });
    const failingInPrisma = (id: string) =>
      client.$transaction(async (tx) => {
        await tx.user.create({ data: user(id) });
        await tx.user.count();
        throw new Error("no");
      });
    await Promise.allSettled([
      failing("bad1"),
      client.user.create({ data: user("good1") }),
      failingInPrisma("bad2"),
      sql.run(insertUser, ["good2", "", "member", 1]),
      failing("bad3"),
      sql.transaction((tx) => tx.run(insertUser, ["good3", "", "member", 1])),
      client.$transaction([client.user.create({ data: user("good4") })]),
    ]);
    const rows = await sql.all<{ id: string }>(`SELECT "id" FROM "User" ORDER BY "id"`);
    expect(rows.map(({ id }) => id)).toEqual(["good1", "good2", "good3", "good4"]);
    await close();
  });

  test("[DB6] sorts text by code point", async () => {
    await using place = await fresh(provider);
    const { client, sql, close } = await openDatabase(place);
    for (const id of ["b", "ä", "B", "a", "三", "_"]) await client.user.create({ data: user(id) });
    const rows = await sql.all<{ id: string }>(`SELECT "id" FROM "User" ORDER BY "id"`);
    expect(rows.map(({ id }) => id)).toEqual(["B", "_", "a", "b", "ä", "三"]);
    await close();
  });
});

test.each([
  ["", "database_url"],
  ["mysql://root@localhost/x", "database_url"],
  ["file:", "database_url"],
  ["/some/path.db", "database_url"],
  ["file:/dev/null/relite.db", "database_unreachable"],
  ["postgres://u:secret@127.0.0.1:1/x", "database_unreachable"],
])("[DB3] refuses %j with a clear reason and no secret", async (url, reason) => {
  const failure = await openDatabase({ url }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "config_invalid", reason });
  expect(String(failure)).not.toContain("secret");
});

test("[DB3] refuses a file that is no database and leaves it as it is", async () => {
  await using place = await fresh("sqlite");
  const file = place.url.slice("file:".length);
  await writeFile(file, "not a database, but somebody's letter\n".repeat(200));
  await expect(openDatabase(place)).rejects.toMatchObject({ reason: "database_unreachable" });
  expect(await readFile(file, "utf8")).toContain("somebody's letter");
});

test("[DB7] clients are made only when the models changed", async () => {
  expect(await generateClients()).toEqual([]);
  const { mtimeMs } = await stat(new URL("generated/sqlite/client/client.ts", packageDir));
  await generateClients();
  expect((await stat(new URL("generated/sqlite/client/client.ts", packageDir))).mtimeMs).toBe(mtimeMs);
});

test("[DB11] a refusal by the database repeats no value it was given", async () => {
  await using place = await fresh("sqlite");
  const { client, close } = await openDatabase(place);
  const planted = "pl4nted-secret";
  await client.user.create({ data: user(planted) });
  const attempts = [
    () => client.user.create({ data: user(planted) }),
    () => client.ownerDid.create({ data: { did: planted, userId: "nobody", addedAtMs: 1n, position: 1 } }),
  ];
  for (const attempt of attempts) {
    const error = await attempt().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(inspect(error, { depth: 10 })).not.toContain(planted);
  }
  await close();
});
