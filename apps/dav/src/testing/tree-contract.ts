import { createHash } from "node:crypto";
import { isReliteError } from "@relite/core/errors";
import { beforeEach, describe, expect, it } from "vitest";
import type { Place } from "../tree/place.ts";
import type { StoredBytes, Tree } from "../tree/tree.ts";

export interface TreeUnderTest {
  readonly tree: Tree;
  /** An enrolled owner, with a quota of 1,000 bytes. */
  readonly owner: number;
  readonly otherOwner: number;
  /** Moves the tree's clock on. */
  passMs(ms: number): void;
}

/** What every metadata port must do; run it with each implementation. */
export function describeTree(name: string, make: () => Promise<TreeUnderTest>): void {
  describe(`tree: ${name}`, () => {
    let under: TreeUnderTest;
    let root: number;
    const place = (...segments: string[]): Place => ({ owner: under.owner, root, segments });
    const free = { overwrite: true, shallow: false, conditions: {} };
    const put = (path: string, text: string) => under.tree.put(place(...path.split("/")), bytesOf(text), {});

    beforeEach(async () => {
      under = await make();
      root = await under.tree.openApp(under.owner, "app");
    });

    it("[TR1] an app's node is made once, and apart for every owner and app", async () => {
      expect(await under.tree.openApp(under.owner, "app")).toBe(root);
      expect(await under.tree.openApp(under.owner, "other")).not.toBe(root);
      expect(await under.tree.openApp(under.otherOwner, "app")).not.toBe(root);
      await put("f", "x");
      expect(await under.tree.find({ ...place("f"), owner: under.otherOwner })).toBeNull();
    });

    it("[TR2] finds what was put, with its bytes, type and times", async () => {
      const { created, node } = await under.tree.put(place("f"), { ...bytesOf("hello"), type: "a/b" }, {});
      expect(created).toBe(true);
      expect(await under.tree.find(place("f"))).toEqual(node);
      expect(await under.tree.read(place("f"))).toEqual({
        node,
        data: Buffer.from("hello"),
        checksums: null,
      });
      expect(node).toMatchObject({
        kind: "file",
        name: "f",
        size: 5,
        type: "a/b",
        hash: bytesOf("hello").hash,
      });
      under.passMs(5_000);
      const again = await put("f", "hello again");
      expect(again).toMatchObject({ created: false, node: { id: node.id, createdMs: node.createdMs } });
      expect(again.node.modifiedMs).toBe(node.modifiedMs + 5_000);
      expect(await under.tree.find(place("none"))).toBeNull();
      expect(await under.tree.find(place("f", "below"))).toBeNull();
    });

    it("[TR3] members come in pages, in name order, each once", async () => {
      const names = ["b", "a", "Z", "ä", "10", "9", "😀"];
      for (const one of names) await put(one, one);
      const seen: string[] = [];
      for (let after: string | null = null; ; ) {
        const page = await under.tree.members(root, after, 3);
        seen.push(...page.map((node) => node.name));
        after = page.at(-1)?.name ?? null;
        if (page.length < 3) break;
      }
      expect([...seen].sort()).toEqual([...names].sort());
      expect(new Set(seen).size).toBe(names.length);
    });

    it("[TR4] refuses with a stable code, and nothing has changed then", async () => {
      await under.tree.makeCollection(place("c"), {});
      await put("f", "x");
      const before = (await under.tree.find(place()))?.etag;
      const { tree } = under;
      const refusals: [string, () => Promise<unknown>][] = [
        ["conflict", () => put("no/f", "x")],
        ["conflict", () => put("f/below", "x")],
        ["method_not_allowed", () => put("c", "x")],
        ["method_not_allowed", () => tree.makeCollection(place("f"), {})],
        ["conflict", () => tree.makeCollection(place("no", "c"), {})],
        ["not_found", () => tree.remove(place("no"), {})],
        ["not_found", () => tree.copy(place("no"), place("x"), free)],
        ["conflict", () => tree.move(place("f"), place("no", "x"), free)],
        ["forbidden", () => tree.move(place("c"), place("c", "x"), free)],
        ["forbidden", () => tree.copy(place("f"), place("f"), free)],
        ["forbidden", () => tree.copy(place("f"), place(), free)],
        ["precondition_failed", () => tree.copy(place("f"), place("c"), { ...free, overwrite: false })],
        ["precondition_failed", () => tree.put(place("f"), bytesOf("y"), { ifNoneMatch: "*" })],
        ["precondition_failed", () => tree.put(place("new"), bytesOf("y"), { ifMatch: "*" })],
        ["precondition_failed", () => tree.remove(place("f"), { ifMatch: ["other"] })],
        ["insufficient_storage", () => put("big", "x".repeat(1_001))],
      ];
      for (const [code, refused] of refusals) expect(await codeOf(refused)).toBe(code);
      expect((await tree.find(place()))?.etag).toBe(before);
    });

    it("[TR5] the quota counts every file's size, copies too, and is given back", async () => {
      const used = async () => (await under.tree.usage(under.owner)).usedBytes;
      await under.tree.makeCollection(place("c"), {});
      await put("c/f", "x".repeat(400));
      await under.tree.copy(place("c"), place("d"), free);
      expect(await used()).toBe(800);
      expect(await codeOf(() => under.tree.copy(place("c"), place("e"), free))).toBe("insufficient_storage");
      await put("c/f", "x".repeat(600));
      expect(await used()).toBe(1_000);
      await under.tree.move(place("c"), place("d"), free);
      expect(await used()).toBe(600);
      await under.tree.remove(place("d"), {});
      expect(await used()).toBe(0);
    });

    it("[TR6] copies share content and live apart; a move keeps identity", async () => {
      await under.tree.makeCollection(place("c"), {});
      const { node } = await put("c/f", "one");
      await under.tree.copy(place("c"), place("d"), free);
      await put("c/f", "two");
      expect((await under.tree.read(place("d", "f")))?.data).toEqual(Buffer.from("one"));
      await under.tree.move(place("c"), place("moved"), free);
      expect(await under.tree.find(place("moved", "f"))).toMatchObject({ id: node.id });
      expect(await under.tree.find(place("c"))).toBeNull();
    });

    it("[TR7] content without a node is handed over after the grace period, once, unless it is wanted again", async () => {
      const stored = { ...bytesOf("large"), inline: null };
      await under.tree.put(place("f"), stored, {});
      await under.tree.put(place("g"), { ...bytesOf("kept"), inline: null }, {});
      const key = { owner: under.owner, hash: stored.hash, size: stored.size };
      await under.tree.remove(place("f"), {});
      const now = async () =>
        under.tree.collectUnreferenced((await under.tree.find(place()))?.modifiedMs ?? 0);
      expect(await now()).toEqual([]);
      await under.tree.put(place("again"), stored, {});
      under.passMs(10);
      await put("tick", "x");
      expect(await now()).toEqual([]);
      await under.tree.remove(place("again"), {});
      under.passMs(10);
      await put("tick", "y");
      expect(await under.tree.hasContent(under.owner, stored.hash)).toBe(true);
      expect(await now()).toEqual([key]);
      expect(await now()).toEqual([]);
      expect(await under.tree.hasContent(under.owner, stored.hash)).toBe(false);
    });
  });
}

export function bytesOf(text: string): StoredBytes {
  const inline = Buffer.from(text);
  const hash = createHash("sha256").update(inline).digest("hex");
  return { hash, size: inline.length, inline, type: null, modifiedMs: null };
}

export async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return "";
  } catch (error) {
    return isReliteError(error) ? error.code : String(error);
  }
}
