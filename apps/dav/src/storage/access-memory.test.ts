import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rememberAccess } from "./access-memory.ts";
import { openDatabase, openForReading, type SqliteDatabase } from "./open-database.ts";

describe("who may come in", () => {
  let folder = "";
  let reader: SqliteDatabase;
  let writer: SqliteDatabase;
  let reads = 0;
  let isDisabled: () => boolean;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "relite-access-"));
    reader = openDatabase(join(folder, "a.db"));
    writer = openDatabase(join(folder, "a.db"));
    writer.exec("INSERT INTO owners (id, created_ms) VALUES (1, 1)");
    reads = 0;
    const remember = rememberAccess<boolean>(reader, 10);
    const ask = reader.prepare<[], number>("SELECT disabled_ms IS NOT NULL FROM owners WHERE id = 1").pluck();
    isDisabled = () =>
      remember("one", () => {
        reads += 1;
        return ask.get() === 1;
      });
  });
  afterEach(() => {
    reader.close();
    writer.close();
    rmSync(folder, { recursive: true });
  });

  /** A request is a run of JavaScript of its own. */
  const nextRequest = () => new Promise(setImmediate);

  it("[PW4] is remembered while other things are written, and read again when it changes", async () => {
    expect([isDisabled(), reads]).toEqual([false, 1]);
    for (const sql of [
      "UPDATE owners SET used_bytes = 9, seen_ms = 1",
      "INSERT INTO holds VALUES ('h', 1, 2)",
    ]) {
      writer.exec(sql);
      await nextRequest();
      expect([isDisabled(), reads]).toEqual([false, 1]);
    }
    writer.exec("UPDATE owners SET disabled_ms = 1");
    await nextRequest();
    expect([isDisabled(), reads]).toEqual([true, 2]);
    writer.exec("INSERT INTO owner_dids VALUES ('did:key:z', 1, 1)");
    await nextRequest();
    expect([isDisabled(), reads]).toEqual([true, 3]);
  });

  it("[PW4] is remembered by a connection that only reads, in the very turn in which others' commits are seen", async () => {
    const onlyReads = openForReading(join(folder, "a.db"));
    const remember = rememberAccess<number>(onlyReads, 10);
    let asked = 0;
    const ask = () => remember("one", () => ++asked);
    for (const usedBytes of [1, 2, 3]) {
      writer.exec(`UPDATE owners SET used_bytes = ${usedBytes}`);
      await nextRequest();
      expect([ask(), ask(), onlyReads.inTransaction]).toEqual([1, 1, true]);
    }
    writer.exec("UPDATE owners SET disabled_ms = 1");
    await nextRequest();
    expect([ask(), ask()]).toEqual([2, 2]);
    await nextRequest();
    onlyReads.close();
  });

  it("[PW4] is read, not remembered, inside a transaction that may be undone", async () => {
    reader.exec("BEGIN");
    reader.exec("UPDATE owners SET disabled_ms = 1");
    expect(isDisabled()).toBe(true);
    reader.exec("ROLLBACK");
    await nextRequest();
    expect(isDisabled()).toBe(false);
    writer.exec("UPDATE owners SET removed_ms = 1, disabled_ms = 1");
    await nextRequest();
    expect([isDisabled(), reads]).toEqual([true, 3]);
  });
});
