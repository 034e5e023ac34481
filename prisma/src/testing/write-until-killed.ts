import { openDatabase } from "../open-database.ts";

/** A process for tests: opens the database and writes three users a transaction, for ever; says `ready` after the first. */
const [url = "", name = ""] = process.argv.slice(2);
const { client, sql } = await openDatabase({ url });
for (let group = 0; ; group++) {
  const ids = [0, 1, 2].map((index) => `${name}-${group}-${index}`);
  if (group % 2 === 0) {
    await sql.transaction(async (tx) => {
      for (const id of ids) {
        await tx.run(
          `INSERT INTO "User" ("id", "displayName", "role", "createdAtMs") VALUES (?, ?, 'member', 1)`,
          [id, `${name}-${group}`],
        );
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
  } else {
    await client.$transaction(async (tx) => {
      for (const id of ids) {
        await tx.user.create({
          data: { id, displayName: `${name}-${group}`, role: "member", createdAtMs: 1n },
        });
      }
    });
  }
  process.stdout.write(`${group}\n`);
}
