import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fakeClock, seededRandom } from "@relite/core/testing";
import { afterAll, describe, expect, it } from "vitest";
import { createOwners } from "../../accounts/owners.ts";
import { createCommitQueue } from "../../storage/commit-queue.ts";
import { openDatabase } from "../../storage/open-database.ts";
import { storageError } from "../../storage/storage-errors.ts";
import { bytesOf, codeOf, describeTree } from "../../testing/tree-contract.ts";
import { describeTreeListings } from "../../testing/tree-listings-contract.ts";
import { describeTreeLocks } from "../../testing/tree-locks-contract.ts";
import { describeTreeProperties } from "../../testing/tree-properties-contract.ts";
import type { Place } from "../place.ts";
import { keepsNothing } from "../retention.ts";
import { createSqliteTree } from "./sqlite-tree.ts";

const folder = mkdtempSync(join(tmpdir(), "relite-tree-"));
let count = 0;
const open: { close(): void }[] = [];
afterAll(async () => {
  for (const db of open) db.close();
  await rm(folder, { recursive: true, force: true });
});

async function make() {
  count += 1;
  const db = openDatabase(join(folder, `${count}.db`));
  open.push(db);
  const clock = fakeClock();
  const commits = createCommitQueue(db);
  const nowMs = () => clock.nowMs();
  const owners = createOwners(db, commits, nowMs);
  await owners.add("did:key:one", 1_000);
  await owners.add("did:key:two", null);
  const files = { has: () => true, setAside: () => false };
  const tree = createSqliteTree({ db, commits, nowMs, files, retention: keepsNothing });
  const [owner, otherOwner] = [owners.idOf("did:key:one") ?? 0, owners.idOf("did:key:two") ?? 0];
  return { tree, owner, otherOwner, db, commits, passMs: (ms: number) => clock.set(clock.nowMs() + ms) };
}

describeTree("SQLite", make);
describeTreeProperties("SQLite", make);
describeTreeLocks("SQLite", make);
describeTreeListings("SQLite", make);

describe("SQLite", () => {
  it("[LI6] nothing is renewed from before what the log forgot, or from a time that a restore has lost", async () => {
    const { tree, otherOwner: owner, db } = await make();
    const root = await tree.openApp(owner, "app");
    const place = (name: string): Place => ({ owner, root, segments: [name] });
    const versionNow = () => db.prepare<[], number>("SELECT max(seq) FROM changes").pluck().get() ?? 0;
    const known = (version: number) => ({ collection: root, version, lastNames: [], maxMembers: 10 });
    const renew = (version: number) =>
      tree.renewal({ owner, root, segments: [] }, known(version), { properties: false, checksums: false });
    await tree.put(place("a"), bytesOf("1"), {});
    const before = versionNow();
    await tree.put(place("b"), bytesOf("1"), {});
    expect((await renew(before))?.stretches.get(0)?.nodes.map(({ name }) => name)).toEqual(["a", "b"]);
    db.prepare("INSERT INTO timelines (from_seq, to_seq) VALUES (?, ?)").run(before - 1, before + 1);
    expect(await renew(before)).toBeNull();
    expect(await renew(before - 1)).not.toBeNull();
    db.prepare("UPDATE owners SET pruned_seq = ? WHERE id = ?").run(before, owner);
    expect(await renew(before - 1)).toBeNull();
    db.exec("DELETE FROM timelines");
    expect(await renew(before)).not.toBeNull();
  });

  it("[TR8] a full database refuses writes as such, keeps what was there, and takes writes again", async () => {
    const { tree, otherOwner: owner, db } = await make();
    const root = await tree.openApp(owner, "app");
    const place = (name: string): Place => ({ owner, root, segments: [name] });
    await tree.put(place("kept"), bytesOf("kept"), {});
    const pages = Number(db.pragma("page_count", { simple: true }));
    db.pragma(`max_page_count = ${pages}`);
    const large = bytesOf("x".repeat(60_000));
    const failed = await tree
      .put(place("large"), large, {})
      .catch((error: unknown) => storageError(error).status);
    expect(failed).toBe(507);
    expect((await tree.read(place("kept")))?.data).toEqual(Buffer.from("kept"));
    db.pragma("max_page_count = 1000000");
    expect(await tree.put(place("large"), large, {})).toMatchObject({ created: true });
  });

  it("[TR9] writes that share a commit stand and fall alone", async () => {
    const { tree, owner, commits } = await make();
    const root = await tree.openApp(owner, "app");
    const place = (...segments: string[]): Place => ({ owner, root, segments });
    const results = await Promise.all([
      codeOf(() => tree.put(place("a"), bytesOf("a"), {})),
      codeOf(() => tree.put(place("no", "parent"), bytesOf("b"), {})),
      codeOf(() => tree.makeCollection(place("c"), {})),
      codeOf(() => commits.run(() => Promise.reject(new Error("unexpected")).catch(() => {}))),
      codeOf(() => tree.put(place("c", "d"), bytesOf("d"), {})),
    ]);
    expect(results).toEqual(["", "conflict", "", "", ""]);
    expect(await tree.find(place("c", "d"))).not.toBeNull();
  });

  it("[TR10] random work leaves the same tree as a simple model of it, and the sums right", async () => {
    for (const seed of [1, 2, 3, 4]) await compareWithModel(seed);
  });

  it("[TR11] a tree of thousands is copied, moved and deleted in a blink", async () => {
    const { tree, otherOwner: owner, db } = await make();
    const root = await tree.openApp(owner, "app");
    const place = (...segments: string[]): Place => ({ owner, root, segments });
    const options = { overwrite: true, shallow: false, conditions: {} };
    await tree.makeCollection(place("a"), {});
    await Promise.all(
      Array.from({ length: 5_000 }, (_, index) =>
        tree.put(place("a", `f${index}`), bytesOf(`${index % 50}`), {}),
      ),
    );
    const stored = db.prepare("SELECT count(*) AS n FROM contents").get();
    const started = performance.now();
    await tree.copy(place("a"), place("b"), options);
    await tree.move(place("a"), place("c"), options);
    await tree.remove(place("c"), {});
    expect(performance.now() - started).toBeLessThan(5_000);
    expect((await tree.members((await tree.find(place("b")))?.id ?? 0, null, 10_000)).length).toBe(5_000);
    expect(db.prepare("SELECT count(*) AS n FROM contents").get()).toEqual(stored);
  });
});

async function compareWithModel(seed: number): Promise<void> {
  const { tree, otherOwner: owner, db } = await make();
  const root = await tree.openApp(owner, "app");
  const random = seededRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(random() * items.length)] ?? (items[0] as Item);
  const options = { overwrite: true, shallow: false, conditions: {} };
  /** Path → content; a collection is null. */
  let model = new Map<string, string | null>();
  const below = (top: string) => [...model].filter(([path]) => path === top || path.startsWith(`${top}/`));
  const parentIsThere = (path: string) =>
    !path.includes("/") || model.get(path.slice(0, path.lastIndexOf("/"))) === null;
  const place = (path: string): Place => ({ owner, root, segments: path.split("/") });
  const anyPath = () =>
    Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(["a", "b", "c"])).join("/");
  for (let step = 0; step < 400; step += 1) {
    const [path, other] = [anyPath(), anyPath()];
    const kind = pick(["put", "put", "mkcol", "mkcol", "remove", "copy", "move"]);
    if (kind === "put") {
      const isFine = parentIsThere(path) && model.get(path) !== null;
      const text = `${step % 7}`;
      expect(await codeOf(() => tree.put(place(path), bytesOf(text), {}))).toBe(
        isFine ? "" : model.get(path) === null ? "method_not_allowed" : "conflict",
      );
      if (isFine) model.set(path, text);
    } else if (kind === "mkcol") {
      const isFine = parentIsThere(path) && !model.has(path);
      expect((await codeOf(() => tree.makeCollection(place(path), {}))) === "").toBe(isFine);
      if (isFine) model.set(path, null);
    } else if (kind === "remove") {
      expect(await codeOf(() => tree.remove(place(path), {}))).toBe(model.has(path) ? "" : "not_found");
      model = new Map([...model].filter(([known]) => !below(path).some(([gone]) => gone === known)));
    } else {
      const overlap = path === other || other.startsWith(`${path}/`) || path.startsWith(`${other}/`);
      const isFine = model.has(path) && !overlap && parentIsThere(other);
      const work = kind === "copy" ? tree.copy : tree.move;
      expect((await codeOf(() => work(place(path), place(other), options))) === "", `${seed}/${step}`).toBe(
        isFine,
      );
      if (!isFine) continue;
      const taken = below(path).map(([from, text]) => [other + from.slice(path.length), text] as const);
      for (const [gone] of below(other)) model.delete(gone);
      if (kind === "move") for (const [gone] of below(path)) model.delete(gone);
      for (const [to, text] of taken) model.set(to, text);
    }
  }
  const listed = new Map<string, string | null>();
  const walk = async (id: number, base: string): Promise<void> => {
    for (const node of await tree.members(id, null, 1_000)) {
      const found = node.kind === "file" ? await tree.read(place(base + node.name)) : null;
      listed.set(base + node.name, found?.data?.toString() ?? null);
      if (node.kind === "collection") await walk(node.id, `${base}${node.name}/`);
    }
  };
  await walk(root, "");
  expect(Object.fromEntries([...listed].sort())).toEqual(Object.fromEntries([...model].sort()));
  const sizes = [...model.values()].reduce((sum, text) => sum + (text?.length ?? 0), 0);
  expect((await tree.usage(owner)).usedBytes).toBe(sizes);
  const wanted = db.prepare("SELECT count(DISTINCT content) AS n FROM nodes").get();
  expect(db.prepare("SELECT count(*) AS n FROM contents").get()).toEqual(wanted);
}
