import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCommitQueue } from "./commit-queue.ts";
import { openDatabase, type SqliteDatabase } from "./open-database.ts";
import { createTurnMemory, createWriteTurns, endTurn } from "./write-turns.ts";

describe("turns at writing", () => {
  let folder = "";
  let db: SqliteDatabase;
  const memory = createTurnMemory();
  const [own, other] = [createWriteTurns(memory, 1), createWriteTurns(memory, 2)];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "relite-turns-"));
    db = openDatabase(join(folder, "a.db"));
    db.exec("CREATE TABLE notes (text TEXT)");
  });
  afterEach(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });

  /** Starts a write; how many rows there are when asked. */
  function write() {
    const commits = createCommitQueue(db, { turns: own });
    const insert = db.prepare("INSERT INTO notes (text) VALUES ('one')");
    const count = db.prepare<[], number>("SELECT count(*) FROM notes").pluck();
    return { done: commits.run(() => insert.run()), rows: () => count.get(), commits };
  }

  it("[TH12] a write waits, standing still for nobody, until the other thread has written", async () => {
    expect(other.take()).toBe(true);
    const { done, rows } = write();
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    expect(rows()).toBe(0);
    other.giveBack();
    await done;
    expect([rows(), other.take()]).toEqual([1, true]);
    other.giveBack();
  });

  it("[TH12] who was late again and again gets its turn, too", async () => {
    expect(other.take()).toBe(true);
    const { done, rows } = write();
    for (let round = 0; round < 12; round += 1) {
      await nextTurn();
      other.giveBack();
      expect(other.take()).toBe(true);
    }
    expect(rows()).toBe(0);
    other.giveBack();
    await done;
    expect(rows()).toBe(1);
  });

  it("[TH12] the turn of a thread that is gone ends, that of another stays", async () => {
    expect(other.take()).toBe(true);
    const { done, rows } = write();
    endTurn(memory, 3);
    await nextTurn();
    expect(rows()).toBe(0);
    endTurn(memory, 2);
    await done;
    expect(rows()).toBe(1);
  });

  it("[TH12] a failing commit gives the turn back, and so does work that is done alone", async () => {
    const { done, commits } = write();
    await done;
    await expect(commits.run(() => db.exec("nonsense"))).rejects.toThrow("syntax");
    expect(other.take()).toBe(true);
    const alone = commits.alone(() => expect(other.take()).toBe(false));
    await nextTurn();
    other.giveBack();
    await alone;
    await expect(
      commits.alone(() => {
        throw new Error("failed");
      }),
    ).rejects.toThrow("failed");
    expect(other.take()).toBe(true);
    other.giveBack();
  });
});
