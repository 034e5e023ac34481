import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCheckpoints } from "./checkpoints.ts";
import { createCommitQueue } from "./commit-queue.ts";
import { openDatabase, openForWriting, type SqliteDatabase } from "./open-database.ts";

describe("checkpoints for connections that make none", () => {
  let folder = "";
  let file = "";
  let db: SqliteDatabase;
  let beside: SqliteDatabase;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "relite-checkpoints-"));
    file = join(folder, "a.db");
    db = openDatabase(file);
    db.exec("CREATE TABLE notes (data BLOB)");
    beside = openForWriting(file);
  });
  afterEach(() => {
    beside.close();
    db.close();
    rmSync(folder, { recursive: true });
  });

  const write = (pages: number) =>
    beside.transaction(() => {
      const insert = beside.prepare("INSERT INTO notes VALUES (zeroblob(4000))");
      for (let page = 0; page < pages; page += 1) insert.run();
    })();
  const state = () =>
    db.prepare<[], { log: number; checkpointed: number }>("PRAGMA wal_checkpoint(NOOP)").get();

  it("[TH11] come when the log is long enough, and it begins anew when it has become too long", async () => {
    const checkpoints = createCheckpoints({ db, commits: createCommitQueue(db) });
    write(1_000);
    await checkpoints.runWhenDue();
    expect(state()?.checkpointed).toBe(0);
    write(3_500);
    expect(state()?.checkpointed).toBe(0);
    await checkpoints.runWhenDue();
    expect(state()?.checkpointed).toBeGreaterThan(4_000);
    // A reader keeps it from beginning anew by itself.
    const reader = openForWriting(file);
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM notes").get();
    for (let round = 0; round < 3; round += 1) {
      write(4_500);
      if (round === 2) reader.exec("COMMIT");
      await checkpoints.runWhenDue();
    }
    reader.close();
    const grownTo = statSync(`${file}-wal`).size;
    write(10);
    expect(state()?.log).toBeLessThan(100);
    expect(statSync(`${file}-wal`).size).toBe(grownTo);
  });
});
