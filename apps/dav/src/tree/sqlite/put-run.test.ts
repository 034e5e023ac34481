import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fakeClock, seededRandom } from "@relite/core/testing";
import { describe, expect, it } from "vitest";
import { createOwners } from "../../accounts/owners.ts";
import type { WriteConditions } from "../../engine/conditions.ts";
import { createCommitQueue } from "../../storage/commit-queue.ts";
import { openDatabase, type SqliteDatabase } from "../../storage/open-database.ts";
import { bytesOf } from "../../testing/tree-contract.ts";
import type { Place } from "../place.ts";
import type { Tree } from "../tree.ts";
import { createSqliteTree } from "./sqlite-tree.ts";
import { createSqliteVersions } from "./sqlite-versions.ts";

const author = { did: "did:key:z", leavesTrace: true };
const tables =
  "owners contents nodes changes properties locks trash versions sqlite_sequence access_revision".split(" ");

/** Holds everywhere, and is looked at by the write that comes alone only. */
const ifLists = [{ place: "own" as const, terms: [{ not: true, kind: "etag" as const, value: "no" }] }];

type Step = (tree: Tree, place: (path: string) => Place, inFull?: WriteConditions) => Promise<unknown>;

/** Puts above all, as they come from several clients at once; some are refused, some need more than their own address. */
function stepsOf(seed: number): readonly Step[] {
  const random = seededRandom(seed);
  const pick = <Each>(all: readonly Each[]): Each => all[Math.floor(random() * all.length)] as Each;
  const path = () => pick(["", "", "a/", "a/", "a/c/", "none/"]) + pick(["1", "1", "2", "2", "3", "c"]);
  const condition = (): WriteConditions =>
    pick([{}, {}, {}, {}, {}, {}, { ifNoneMatch: "*" }, { ifMatch: "*" }, { ifMatch: ["no"] }, { ifLists }]);
  const step = (): Step => {
    const [at, other, chance] = [path(), path(), random()];
    const conditions = { ...condition(), author: { ...author, leavesTrace: random() < 0.8 } };
    const text = pick(["", "x", "same", "y".repeat(200), `${random()}`, `${random()}`.repeat(20)]);
    const modifiedMs = random() < 0.2 ? 1_000 : null;
    const request = {
      token: `urn:uuid:${random()}`,
      principal: "p",
      shared: false,
      deep: true,
      ownerXml: null,
      timeoutMs: 500,
    };
    const options = { overwrite: random() < 0.5, shallow: false, conditions: {} };
    if (chance < 0.8)
      return (tree, place, inFull = {}) =>
        tree.put(place(at), { ...bytesOf(text), modifiedMs }, { ...conditions, ...inFull });
    if (chance < 0.83) return (tree, place) => tree.makeCollection(place(at), {});
    if (chance < 0.87) return (tree, place) => tree.remove(place(at.replace("c", "1")), { author });
    if (chance < 0.91) return (tree, place) => tree.move(place(at), place(other), options);
    if (chance < 0.95) return (tree, place) => tree.copy(place(at), place(other), options);
    if (chance < 0.97) return (tree, place) => tree.lock(place(at), request, {});
    const touch = { kind: "touch" as const, modifiedMs: 5 };
    return (tree, place) => tree.patchProperties(place(at), { steps: [touch] }, {});
  };
  return Array.from({ length: 200 }, step);
}

async function withTree(
  run: (
    tree: Tree,
    place: (path: string) => Place,
    passMs: () => void,
    db: SqliteDatabase,
  ) => Promise<unknown>,
) {
  const folder = await mkdtemp(join(tmpdir(), "relite-run-"));
  const db = openDatabase(join(folder, "run.db"));
  // Whether it lasts is not asked here.
  db.pragma("synchronous = OFF");
  const clock = fakeClock();
  const nowMs = () => clock.nowMs();
  const commits = createCommitQueue(db);
  const owners = createOwners(db, commits, nowMs);
  await owners.add("did:key:one", 1_000);
  const owner = owners.idOf("did:key:one") ?? 0;
  const files = { has: () => true, setAside: () => false };
  const parts = { db, commits, nowMs, files, retention: { trashMs: 1e9, versionsMs: 1e9 } };
  const tree = createSqliteTree(parts);
  createSqliteVersions(parts);
  const root = await tree.openApp(owner, "app");
  const place = (path: string): Place => ({ owner, root, segments: path.split("/") });
  for (const path of ["a", "b", "a/c"]) await tree.makeCollection(place(path), {});
  const outcomes = await run(tree, place, () => clock.set(clock.nowMs() + 90), db);
  const rows = tables.map((table) => [table, contentOf(db, table)]);
  db.close();
  await rm(folder, { recursive: true, force: true });
  return { outcomes, rows };
}

function contentOf(db: SqliteDatabase, table: string): readonly unknown[] {
  return db.prepare(`SELECT * FROM ${table}`).all();
}

const codeOf = (one: PromiseSettledResult<unknown>) =>
  one.status === "fulfilled" ? "done" : (one.reason?.code ?? String(one.reason));

describe("file writes that share a commit", () => {
  for (let seed = 1; seed <= 12; seed += 1) {
    it(`[PW1] leave the same rows, numbers and sums as one by one, seed ${seed}`, async () => {
      const steps = stepsOf(seed);
      const sizes = seededRandom(seed + 1_000);
      const groups: Step[][] = [];
      for (let at = 0; at < steps.length; ) {
        const size = 1 + Math.floor(sizes() * 24);
        groups.push(steps.slice(at, at + size));
        at += size;
      }
      const together = await withTree(async (tree, place, passMs) => {
        const codes: string[] = [];
        for (const group of groups) {
          const settled = await Promise.allSettled(group.map((step) => step(tree, place)));
          codes.push(...settled.map(codeOf));
          passMs();
        }
        return codes;
      });
      const alone = await withTree(async (tree, place, passMs) => {
        const codes: string[] = [];
        for (const group of groups) {
          for (const step of group)
            codes.push(...(await Promise.allSettled([step(tree, place, { ifLists })])).map(codeOf));
          passMs();
        }
        return codes;
      });
      expect(together).toEqual(alone);
    });
  }

  it.each([1, 2, 3, 4])(
    "[PW2] when writing fails now and then: what was acknowledged is there, and nothing of the rest, seed %i",
    async (seed) => {
      const steps = stepsOf(seed);
      const groups = Array.from({ length: 20 }, (_, at) => steps.slice(at * 10, at * 10 + 10));
      const codes: string[][] = [];
      const failing = await withTree(async (tree, place, passMs, db) => {
        failNowAndThen(db, seededRandom(seed + 2_000));
        for (const group of groups) {
          const settled = await Promise.allSettled(group.map((step) => step(tree, place)));
          codes.push(settled.map(codeOf));
          passMs();
        }
      });
      const acknowledged = await withTree(async (tree, place, passMs) => {
        for (const [at, group] of groups.entries()) {
          for (const step of group.filter((_, index) => codes[at]?.[index] === "done"))
            await step(tree, place);
          passMs();
        }
      });
      expect(failing.rows).toEqual(acknowledged.rows);
      const failed = codes.flat().filter((code) => code.startsWith("SQLITE_"));
      expect(failed.length).toBeGreaterThan(10);
    },
  );
});

/** Of the writes of a connection, some fail: alone, or with the whole transaction undone, as on a full disk. */
function failNowAndThen(db: SqliteDatabase, random: () => number): void {
  db.function("luck", () => {
    const dice = random();
    return dice < 0.04 ? "abort" : dice < 0.06 ? "rollback" : "good";
  });
  for (const [index, event] of [
    "INSERT ON main.changes",
    "INSERT ON main.contents",
    "INSERT ON main.nodes",
    "UPDATE ON main.owners",
  ].entries()) {
    db.exec(`CREATE TEMP TRIGGER fail_${index} AFTER ${event} BEGIN
      SELECT CASE luck() WHEN 'abort' THEN RAISE(ABORT, 'no') WHEN 'rollback' THEN RAISE(ROLLBACK, 'no') END; END`);
  }
}
