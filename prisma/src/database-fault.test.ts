import { expect, test } from "vitest";
import { type Database, openDatabase, toDatabaseFault } from "./index.ts";
import { createTestDatabase } from "./testing/index.ts";

const user = (id: string) => ({ id, displayName: "x".repeat(50_000), role: "member", createdAtMs: 1n });
const insert = `INSERT INTO "User" ("id", "displayName", "role", "createdAtMs") VALUES (?, ?, 'member', 1)`;

/** By the typed client, in its transaction, by hand, and in a transaction by hand. */
const writes: readonly ((database: Database, id: string) => Promise<unknown>)[] = [
  ({ client }, id) => client.user.create({ data: user(id) }),
  ({ client }, id) => client.$transaction((tx) => tx.user.create({ data: user(id) })),
  ({ sql }, id) => sql.run(insert, [id, "x".repeat(50_000)]),
  ({ sql }, id) => sql.transaction((tx) => tx.run(insert, [id, "x".repeat(50_000)])),
];

async function faultOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return toDatabaseFault(error);
  }
  return "no error";
}

test("[DB10] a full disk is told as such, what was there stays, and writing goes on when there is room", async () => {
  const place = await createTestDatabase("sqlite");
  const database = await openDatabase(place);
  await database.client.user.create({ data: user("before") });
  const [row] = await database.sql.all<{ page_count: number }>("PRAGMA page_count");
  await database.sql.all(`PRAGMA max_page_count = ${(row?.page_count ?? 0) + 1}`);
  for (const [index, write] of writes.entries()) {
    expect(await faultOf(() => write(database, `full${index}`))).toMatchObject({
      code: "insufficient_storage",
      reason: "disk_full",
    });
  }
  await database.sql.all("PRAGMA max_page_count = 1000000");
  for (const [index, write] of writes.entries()) await write(database, `after${index}`);
  const ids = (await database.client.user.findMany({ orderBy: { id: "asc" } })).map(({ id }) => id);
  expect(ids).toEqual(["after0", "after1", "after2", "after3", "before"]);
  await database.close();
  await place.remove();
});

test("[DB10] a database that another process keeps locked is busy, and answers again afterwards", async () => {
  const place = await createTestDatabase("sqlite");
  const [holder, waiting] = [await openDatabase(place), await openDatabase(place)];
  await waiting.sql.all("PRAGMA busy_timeout = 20");
  await holder.sql.transaction(async (tx) => {
    await tx.run(insert, ["held", ""]);
    for (const [index, write] of writes.entries()) {
      expect(await faultOf(() => write(waiting, `busy${index}`))).toMatchObject({
        code: "unavailable",
        reason: "database_busy",
      });
    }
  });
  for (const [index, write] of writes.entries()) await write(waiting, `after${index}`);
  expect(await waiting.client.user.count()).toBe(5);
  await holder.close();
  await waiting.close();
  await place.remove();
});

test("[DB10] a server that went away is told as such and without its address", async () => {
  const place = await createTestDatabase("postgresql");
  const database = await openDatabase(place);
  await database.client.user.count();
  await place.remove();
  for (const write of writes) {
    const fault = await faultOf(() => write(database, "x"));
    expect(fault).toMatchObject({ code: "unavailable", reason: "database_away" });
    expect(String(fault)).not.toContain("relite_");
  }
  await database.close();
});

test.each([
  null,
  "text",
  new Error("other"),
  { code: 7 },
  { code: "P2002" },
  { code: "SQLITE_CONSTRAINT_UNIQUE" },
])("[DB10] %j says nothing about the database's state", (error) => expect(toDatabaseFault(error)).toBeNull());
