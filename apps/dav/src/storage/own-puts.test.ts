import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createOwners } from "../accounts/owners.ts";
import { bytesOf } from "../testing/tree-contract.ts";
import { keepsNothing } from "../tree/retention.ts";
import { createSqliteTree } from "../tree/sqlite/sqlite-tree.ts";
import type { Tree } from "../tree/tree.ts";
import { createCommitQueue } from "./commit-queue.ts";
import { openDatabase, type SqliteDatabase } from "./open-database.ts";
import { type OwnPuts, openOwnPuts } from "./own-puts.ts";
import { undisputed } from "./write-turns.ts";

describe("files a thread writes by itself", () => {
  let folder = "";
  let db: SqliteDatabase;
  let tree: Tree;
  let puts: OwnPuts;
  let owner = 0;
  let root = 0;
  let steadyMs = 0;
  /** What each commit takes, as the steady clock shows it. */
  let commitMs = 0;
  let forwarded = 0;
  let asked = 0;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "relite-own-puts-"));
    const databaseFile = join(folder, "a.db");
    db = openDatabase(databaseFile);
    const commits = createCommitQueue(db);
    const parts = {
      nowMs: () => 1_000_000,
      files: { has: () => true, setAside: () => false },
      retention: keepsNothing,
    };
    tree = createSqliteTree({ ...parts, db, commits });
    const owners = createOwners(db, commits, parts.nowMs);
    await owners.add("did:key:one", null);
    owner = owners.idOf("did:key:one") ?? 0;
    root = await tree.openApp(owner, "app");
    [steadyMs, commitMs, forwarded, asked] = [0, 0, 0, 0];
    puts = openOwnPuts({
      ...parts,
      databaseFile,
      turns: {
        ...undisputed,
        giveBack: () => {
          steadyMs += commitMs;
        },
      },
      steadyMs: () => steadyMs,
      forward: (...put) => {
        forwarded += 1;
        return tree.put(...put);
      },
      askForCheckpoint: () => {
        asked += 1;
      },
    });
  });
  afterEach(() => {
    puts.close();
    db.close();
    rmSync(folder, { recursive: true });
  });

  const place = (name: string) => ({ owner, root, segments: [name] });
  const put = (name: string) => puts.put(place(name), bytesOf(name), {});
  const read = async (name: string) => (await tree.read(place(name)))?.data?.toString();

  it("[TH10] are there for every other connection, and a checkpoint is asked for now and then", async () => {
    expect(await put("a")).toMatchObject({ created: true });
    expect(await put("a")).toMatchObject({ created: false });
    expect([await read("a"), forwarded, asked]).toEqual(["a", 0, 0]);
    await Promise.all(Array.from({ length: 500 }, (_, index) => put(`f${index}`)));
    expect([await read("f499"), forwarded, asked]).toEqual(["f499", 0, 2]);
  });

  it("[TH10] are left to the writer while another process holds the database, and for a moment after", async () => {
    const elsewhere = new Database(join(folder, "a.db"));
    elsewhere.exec("BEGIN IMMEDIATE");
    db.pragma("busy_timeout = 1");
    await expect(put("held")).rejects.toMatchObject({ code: "SQLITE_BUSY" });
    elsewhere.exec("COMMIT");
    elsewhere.close();
    expect(forwarded).toBe(1);
    await put("soon after");
    expect([await read("soon after"), forwarded]).toEqual(["soon after", 2]);
    steadyMs += 1_500;
    await put("later");
    expect([await read("later"), forwarded]).toEqual(["later", 2]);
  });

  it("[TH10] are left to the writer while the disk is slow, ever longer, until it is quick again", async () => {
    /** Until one is written here again; seconds. */
    const secondsAway = async () => {
      const sinceMs = steadyMs;
      do {
        forwarded = 0;
        steadyMs += 100;
        await put("again");
      } while (forwarded > 0);
      return Math.round((steadyMs - sinceMs) / 1_000);
    };
    commitMs = 40;
    await put("first");
    const away: number[] = [];
    for (let round = 0; round < 7; round += 1) away.push(await secondsAway());
    expect(away).toEqual([1, 2, 4, 8, 16, 30, 30]);
    commitMs = 0;
    expect([await secondsAway(), await secondsAway()]).toEqual([30, 0]);
    commitMs = 40;
    expect([await secondsAway(), await secondsAway()]).toEqual([0, 1]);
  });

  it("[TH10] are refused as ever, and what is refused is not written twice", async () => {
    const wrong = { ifMatch: "*" } as const;
    await expect(puts.put(place("none"), bytesOf("x"), wrong)).rejects.toMatchObject({
      code: "precondition_failed",
    });
    expect([await read("none"), forwarded]).toEqual([undefined, 0]);
  });
});
