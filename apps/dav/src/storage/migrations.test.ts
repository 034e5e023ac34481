import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, expect, it } from "vitest";
import { migrations } from "./migrations.ts";
import { openDatabase } from "./open-database.ts";
import { contentsByHashStep } from "./steps/contents-by-hash.ts";

const folder = mkdtempSync(join(tmpdir(), "relite-migrations-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A database as it was before a step. */
function makeOld(name: string, step: string) {
  const file = join(folder, name);
  const db = new Database(file);
  const known = migrations.indexOf(step);
  for (const earlier of migrations.slice(0, known)) db.exec(earlier);
  db.pragma(`user_version = ${known}`);
  db.exec("INSERT INTO owners (id, created_ms) VALUES (1, 1)");
  return { file, db };
}

const content = "INSERT INTO contents (id, owner, hash, size, data, checksums) VALUES (?, 1, ?, 3, ?, ?)";
const node = `INSERT INTO nodes (id, owner, parent, name, kind, size, hash, content, version, created_ms, modified_ms)
  VALUES (?, 1, NULL, ?, 1, 3, ?, ?, 1, 1, 1)`;

it("[DV61] contents keep their ids, bytes and files when their table is made anew, and no id is used twice", () => {
  const { file, db: old } = makeOld("contents.db", contentsByHashStep);
  old.prepare(content).run(3, "aa", Buffer.from("abc"), "MD5:1");
  old.prepare(content).run(4, "bb", null, null);
  old.prepare(content).run(9, "cc", null, null);
  old.exec("DELETE FROM contents WHERE id = 9");
  old.prepare(node).run(1, "small", "aa", 3);
  old.prepare(node).run(2, "large", "bb", 4);
  const before = old.prepare("SELECT id, owner, hash, size, data, checksums FROM contents").all();
  old.close();
  const db = openDatabase(file);
  expect(db.prepare("SELECT id, owner, hash, size, data, checksums FROM contents").all()).toEqual(before);
  expect(db.prepare("PRAGMA foreign_key_check").all()).toEqual([]);
  expect(() => db.exec("DELETE FROM contents WHERE id = 3")).toThrow("FOREIGN KEY");
  expect(db.prepare(content).run(null, "aa", Buffer.from("abc"), null).lastInsertRowid).toBe(10);
  expect(() => db.prepare(content).run(null, "bb", null, null)).toThrow("UNIQUE");
  db.close();
});

it("[DV61] a database whose references are broken is not brought up to date, and stays as it is", () => {
  const { file, db: old } = makeOld("broken.db", contentsByHashStep);
  const version = old.pragma("user_version");
  old.pragma("foreign_keys = OFF");
  old.prepare(node).run(1, "lost", "aa", 77);
  old.close();
  expect(() => openDatabase(file)).toThrow("dangling");
  const still = new Database(file);
  expect(still.pragma("user_version")).toEqual(version);
  expect(still.prepare("SELECT content FROM nodes").all()).toEqual([{ content: 77 }]);
  still.close();
});
