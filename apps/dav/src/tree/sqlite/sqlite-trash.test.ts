import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fakeClock } from "@relite/core/testing";
import { afterAll, describe, expect, it } from "vitest";
import { createOwners } from "../../accounts/owners.ts";
import { createCommitQueue } from "../../storage/commit-queue.ts";
import { openDatabase } from "../../storage/open-database.ts";
import { bytesOf, codeOf } from "../../testing/tree-contract.ts";
import type { Place } from "../place.ts";
import { createSqliteTrash } from "./sqlite-trash.ts";
import { createSqliteTree } from "./sqlite-tree.ts";
import { createSqliteVersions } from "./sqlite-versions.ts";

const folder = mkdtempSync(join(tmpdir(), "relite-trash-"));
const open: { close(): void }[] = [];
afterAll(async () => {
  for (const db of open) db.close();
  await rm(folder, { recursive: true, force: true });
});

const dayMs = 86_400_000;
const author = { did: "did:key:device", leavesTrace: true };
const free = { overwrite: true, shallow: false, conditions: { author } };

async function make(quotaBytes: number | null = null) {
  const db = openDatabase(join(folder, `${open.length}.db`));
  open.push(db);
  const clock = fakeClock();
  const files = { has: () => true, setAside: () => false };
  const nowMs = () => clock.nowMs();
  const parts = { db, commits: createCommitQueue(db), nowMs, files };
  const kept = { ...parts, retention: { trashMs: 30 * dayMs, versionsMs: 30 * dayMs } };
  const owners = createOwners(db, parts.commits, nowMs);
  await owners.add("did:key:one", quotaBytes);
  const owner = owners.idOf("did:key:one") ?? 0;
  const tree = createSqliteTree(kept);
  const trash = createSqliteTrash(kept);
  const versions = createSqliteVersions(kept);
  const root = await tree.openApp(owner, "app");
  const place = (path: string): Place => ({ owner, root, segments: path.split("/") });
  const put = (path: string, text: string) => tree.put(place(path), bytesOf(text), { author });
  const text = async (path: string) => (await tree.read(place(path)))?.data?.toString() ?? null;
  const home = async (): Promise<Place> => ({
    owner,
    root: (await trash.home(owner, "app")) ?? 0,
    segments: [],
  });
  const entries = async () => trash.entries(await home(), null, 100);
  const used = async () => (await tree.usage(owner)).usedBytes;
  const passMs = (ms: number) => clock.set(clock.nowMs() + ms);
  return { db, tree, trash, versions, owner, place, put, text, home, entries, used, passMs };
}

describe("trash on SQLite", () => {
  it("[TV1] a tree that is deleted comes back whole, as the same nodes", async () => {
    const { tree, trash, place, put, text, home, entries, used } = await make();
    await tree.makeCollection(place("c"), {});
    await put("c/f", "hello");
    const before = await tree.find(place("c/f"));
    await tree.remove(place("c"), { author });
    expect(await tree.find(place("c"))).toBeNull();
    expect(await used()).toBe(5);
    const [entry] = await entries();
    expect(entry).toMatchObject({ path: ["c"], appId: "app", deletedBy: author.did, bytes: null });
    const from = { ...(await home()), segments: [entry?.node.name ?? ""] };
    expect(
      await codeOf(() => trash.restore({ ...from, segments: [...from.segments, "f"] }, place("x"), free)),
    ).toBe("forbidden");
    await trash.copyOut({ ...from, segments: [...from.segments, "f"] }, place("copy"), free);
    expect(await text("copy")).toBe("hello");
    await trash.restore(from, place("c"), free);
    expect(await tree.find(place("c/f"))).toEqual(before);
    expect(await entries()).toEqual([]);
    expect(await codeOf(() => trash.restore(from, place("d"), free))).toBe("not_found");
  });

  it("[TV2] what a file had is a version of it, wherever the file goes", async () => {
    const { tree, trash, versions, place, put, text, entries, home, used } = await make();
    await put("f", "one");
    await put("f", "two!");
    await put("f", "two!");
    await put("f", "");
    await put("f", "three");
    const list = async (path: string) => (await versions.list(place(path)))?.map(({ size }) => size);
    expect(await list("f")).toEqual([3, 4]);
    expect(await used()).toBe(3 + 4 + 5);
    await tree.move(place("f"), place("g"), free);
    await tree.remove(place("g"), { author });
    const name = (await entries())[0]?.node.name ?? "";
    await trash.restore({ ...(await home()), segments: [name] }, place("h"), free);
    expect(await list("h")).toEqual([3, 4]);
    const [first] = (await versions.list(place("h"))) ?? [];
    const from = { file: place("h"), id: first?.id ?? 0 };
    await versions.restore(from, place("h"), { overwrite: true, conditions: { author }, isMove: true });
    expect(await text("h")).toBe("one");
    expect(await list("h")).toEqual([4, 5]);
    await versions.drop(place("h"), "all");
    expect(await list("h")).toEqual([]);
    expect(await used()).toBe(3);
  });

  it("[TV3] a file that replaces a file takes over its versions; anything else that is replaced goes to the trash", async () => {
    const { tree, versions, place, put, text, entries, used } = await make();
    await put("f", "old");
    await put("f", "older");
    await put("tmp", "new one");
    await tree.move(place("tmp"), place("f"), free);
    expect(await text("f")).toBe("new one");
    expect((await versions.list(place("f")))?.map(({ size }) => size)).toEqual([3, 5]);
    await tree.makeCollection(place("c"), {});
    await tree.copy(place("c"), place("f"), free);
    expect((await entries()).map(({ path }) => path)).toEqual([["f"]]);
    expect(await used()).toBe(3 + 5 + 7);
  });

  it("[TV4] within the quota, what is kept gives way, the oldest first", async () => {
    const { tree, versions, place, put, text, entries, used, passMs } = await make(100);
    await tree.makeCollection(place("c"), {});
    await put("c/a", "a".repeat(30));
    await tree.remove(place("c"), { author });
    passMs(1_000);
    await put("f", "b".repeat(30));
    await put("f", "c".repeat(30));
    expect(await used()).toBe(90);
    await put("g", "d".repeat(30));
    expect(await entries()).toEqual([]);
    expect(await used()).toBe(90);
    await put("h", "e".repeat(30));
    expect(await versions.list(place("f"))).toEqual([]);
    expect(await codeOf(() => put("i", "x".repeat(11)))).toBe("insufficient_storage");
    expect([await text("f"), await used()]).toEqual(["c".repeat(30), 90]);
  });
});
