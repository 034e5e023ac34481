import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { applyMigrations, isUpToDate } from "./migrations.ts";
import { postgresSql } from "./sql.ts";

/** Any number that no other program of ours locks. */
const lockId = 72_735_483;

/** Brings the database to the models' version. Several processes may try at once: one migrates while the others wait. */
export async function migratePostgres(url: string, dir?: URL): Promise<void> {
  // One connection, so that the engine works inside the transaction that is opened here.
  const pool = new pg.Pool({ connectionString: url, max: 1, idleTimeoutMillis: 0 });
  pool.on("error", () => {});
  const sql = postgresSql(pool);
  try {
    if (await isUpToDate(sql, dir)) return;
    await pool.query("BEGIN");
    await pool.query("SELECT pg_advisory_xact_lock($1)", [lockId]);
    if (!(await isUpToDate(sql, dir))) await applyMigrations("postgresql", new PrismaPg(pool), dir);
    await pool.query("COMMIT");
  } finally {
    await pool.end();
  }
}
