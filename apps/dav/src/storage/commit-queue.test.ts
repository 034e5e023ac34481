import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createCommitQueue } from "./commit-queue.ts";
import { openDatabase } from "./open-database.ts";
import { storageError } from "./storage-errors.ts";

it("[DU6] of work that shares a commit on a full disk, what frees gets the room kept back, the rest is refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "relite-queue-"));
  const db = openDatabase(join(folder, "full.db"));
  db.exec("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)");
  const full = Number(db.pragma("page_count", { simple: true }));
  const calls: string[] = [];
  const reserve = {
    release: () => {
      calls.push("release");
      db.pragma(`max_page_count = ${full + 100}`);
    },
    keepBack: () => {
      calls.push("keep back");
      db.pragma(`max_page_count = ${full}`);
    },
  };
  reserve.keepBack();
  const commits = createCommitQueue(db, { reserve });
  const insert = db.prepare("INSERT INTO notes (text) VALUES (?)");
  const outcomes = await Promise.allSettled([
    commits.run(() => insert.run("x".repeat(50_000)).changes),
    commits.run(() => insert.run("y".repeat(50_000)).changes, { usesReserve: true }),
    commits.run(() => db.pragma("user_version", { simple: true }), { usesReserve: true }),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
  expect(outcomes.map((one) => one.status === "rejected" && storageError(one.reason).reason)[0]).toBe(
    "disk_full",
  );
  expect(calls).toEqual(["keep back", "release", "keep back"]);
  expect(db.prepare("SELECT substr(text, 1, 1) AS first FROM notes").all()).toEqual([{ first: "y" }]);
  db.close();
  await rm(folder, { recursive: true });
});

it("[PW2] what is refused after it has written is undone alone, with what it owed; before that it costs nobody anything", async () => {
  const folder = await mkdtemp(join(tmpdir(), "relite-queue-"));
  const db = openDatabase(join(folder, "together.db"));
  db.exec("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)");
  const insert = db.prepare("INSERT INTO notes (text) VALUES (?)");
  let owed: string[] = [];
  const settled: string[][] = [];
  const owes = {
    settle() {
      settled.push(owed);
      for (const text of owed) insert.run(text);
      owed = [];
    },
    forget() {
      owed = [];
    },
  };
  const commits = createCommitQueue(db);
  const owe = (text: string) => commits.run(() => void owed.push(text), { owes });
  const refuse = (): never => {
    throw new Error("refused");
  };
  const run = async (work: readonly Promise<unknown>[]) => {
    settled.length = 0;
    return (await Promise.allSettled(work)).map(({ status }) => status === "fulfilled");
  };
  expect(await run([owe("a"), owe("b"), commits.run(refuse, { owes }), owe("c")])).toEqual([
    true,
    true,
    false,
    true,
  ]);
  expect(settled).toEqual([["a", "b", "c"]]);
  const late = () => {
    owed.push("wrong");
    insert.run("wrong, too");
    refuse();
  };
  expect(
    await run([
      owe("d"),
      commits.run(() => insert.run("e")),
      owe("f"),
      commits.run(late, { owes }),
      owe("g"),
    ]),
  ).toEqual([true, true, true, false, true]);
  expect(settled).toEqual([["d"], ["d"], ["f"], ["g"]]);
  const texts = db.prepare("SELECT text FROM notes ORDER BY id").pluck().all();
  expect(texts.join("")).toBe("abcdefg");
  db.close();
  await rm(folder, { recursive: true });
});
