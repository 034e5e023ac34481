import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase, openForReading, type SqliteDatabase } from "./open-database.ts";

describe("what reads remember", () => {
  let folder = "";
  let reader: SqliteDatabase;
  let writer: SqliteDatabase;
  let reads = 0;
  let countOwners: () => number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "relite-memory-"));
    reader = openDatabase(join(folder, "a.db"));
    writer = openDatabase(join(folder, "a.db"));
    reads = 0;
    const remember = reader.readMemory.remember<number>(2);
    const count = reader.prepare<[], number>("SELECT count(*) FROM owners").pluck();
    countOwners = () =>
      remember("owners", () => {
        reads += 1;
        return count.get() ?? 0;
      });
  });
  afterEach(() => {
    reader.close();
    writer.close();
    rmSync(folder, { recursive: true });
  });

  const addOwner = (db: SqliteDatabase) => db.exec("INSERT INTO owners (created_ms) VALUES (1)");
  /** A request is a run of JavaScript of its own. */
  const nextRequest = () => new Promise(setImmediate);

  it("[SP1] is read once, until somebody else commits", async () => {
    expect([countOwners(), countOwners(), reads]).toEqual([0, 0, 1]);
    await nextRequest();
    expect([countOwners(), reads]).toEqual([0, 1]);
    addOwner(writer);
    await nextRequest();
    expect([countOwners(), countOwners(), reads]).toEqual([1, 1, 2]);
  });

  it("[SP1] is forgotten at once when the connection itself writes", () => {
    expect(countOwners()).toBe(0);
    addOwner(reader);
    expect(countOwners()).toBe(1);
  });

  it("[SP1] is never what a transaction saw that was undone", () => {
    expect(() =>
      reader.transaction(() => {
        addOwner(reader);
        expect(countOwners()).toBe(1);
        throw new Error("undone");
      })(),
    ).toThrow("undone");
    expect(countOwners()).toBe(0);
  });

  it("[SP1] is of one state for all of a turn where a connection only reads, and of the next in the next turn", async () => {
    const onlyReads = openForReading(join(folder, "a.db"));
    const remember = onlyReads.readMemory.remember<number>(8);
    const count = onlyReads.prepare<[], number>("SELECT count(*) FROM owners").pluck();
    const ask = (key: string) => remember(key, () => count.get() ?? 0);
    expect(ask("a")).toBe(0);
    addOwner(writer);
    await Promise.resolve();
    expect([ask("b"), onlyReads.inTransaction]).toEqual([0, true]);
    await nextRequest();
    expect(onlyReads.inTransaction).toBe(false);
    expect([ask("a"), ask("b")]).toEqual([1, 1]);
    onlyReads.close();
    await nextRequest();
  });

  it("[SP1] keeps to its bound", () => {
    const remember = reader.readMemory.remember<string>(2);
    let made = 0;
    const ask = (key: string) =>
      remember(key, () => {
        made += 1;
        return key;
      });
    for (const key of ["a", "b", "c", "a", "b", "c"]) expect(ask(key)).toBe(key);
    expect(made).toBeGreaterThan(3);
  });
});
