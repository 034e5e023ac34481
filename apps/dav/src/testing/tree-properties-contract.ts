import { beforeEach, describe, expect, it } from "vitest";
import type { Place } from "../tree/place.ts";
import type { DeadProperty, PropertyPatch } from "../tree/properties.ts";
import { bytesOf, codeOf, type TreeUnderTest } from "./tree-contract.ts";

const property = (name: string, value: string): DeadProperty => ({
  namespace: "urn:x",
  name,
  xml: `<${name} xmlns="urn:x">${value}</${name}>`,
});
const set = (name: string, value: string) => ({ kind: "set", property: property(name, value) }) as const;
const remove = (name: string) => ({ kind: "remove", name: { namespace: "urn:x", name } }) as const;

/** What every metadata port must do with dead properties; run it with each implementation. */
export function describeTreeProperties(name: string, make: () => Promise<TreeUnderTest>): void {
  describe(`properties of a tree: ${name}`, () => {
    let under: TreeUnderTest;
    let root: number;
    const place = (...segments: string[]): Place => ({ owner: under.owner, root, segments });
    const patch = (path: string, ...steps: PropertyPatch["steps"]) =>
      under.tree.patchProperties(place(...path.split("/")), { steps }, {});
    const of = async (...segments: string[]) => {
      const id = (await under.tree.find(place(...segments)))?.id ?? 0;
      return (await under.tree.properties([id])).get(id);
    };

    beforeEach(async () => {
      under = await make();
      root = await under.tree.openApp(under.owner, "app");
      await under.tree.makeCollection(place("c"), {});
      await under.tree.put(place("c", "f"), bytesOf("f"), {});
    });

    it("[TR12] steps are done in order, and a property is found as it was written", async () => {
      await patch("c/f", set("a", "1"), set("b", "1"), set("a", "2"), remove("b"), remove("never"));
      expect(await of("c", "f")).toEqual([property("a", "2")]);
      await patch("c/f", { kind: "touch", modifiedMs: 5_000 });
      expect(await under.tree.find(place("c", "f"))).toMatchObject({ modifiedMs: 5_000 });
      expect(await of("c")).toBeUndefined();
      expect(await codeOf(() => patch("none", set("a", "1")))).toBe("not_found");
    });

    it("[TR12] a change shows in the ETag of the collection and of those above, not in a file's", async () => {
      const etags = async () =>
        Promise.all(
          [[], ["c"], ["c", "f"]].map(async (path) => (await under.tree.find(place(...path)))?.etag),
        );
      const before = await etags();
      await patch("c/f", set("a", "1"));
      const after = await etags();
      expect(after.map((etag, index) => etag === before[index])).toEqual([false, false, true]);
    });

    it("[TR13] they are copied with their resource, moved with it, kept when it is written over, and end with it", async () => {
      const { tree } = under;
      const free = { overwrite: true, shallow: false, conditions: {} };
      await patch("c", set("of", "c"));
      await patch("c/f", set("of", "f"));
      await tree.copy(place("c"), place("d"), free);
      await patch("d/f", set("of", "d"));
      expect([await of("d"), await of("c", "f")]).toEqual([[property("of", "c")], [property("of", "f")]]);
      await tree.move(place("d"), place("e"), free);
      expect([await of("e"), await of("e", "f")]).toEqual([[property("of", "c")], [property("of", "d")]]);
      await tree.put(place("c", "f"), bytesOf("new"), {});
      expect(await of("c", "f")).toEqual([property("of", "f")]);
      await tree.remove(place("c", "f"), {});
      await tree.put(place("c", "f"), bytesOf("again"), {});
      expect(await of("c", "f")).toBeUndefined();
    });

    it("[TR14] their bytes count as used, within the quota, and are given back", async () => {
      const { tree } = under;
      const used = async () => (await tree.usage(under.owner)).usedBytes;
      await patch("c/f", set("a", "x".repeat(100)));
      const size =
        Buffer.byteLength(`urn:x${property("a", "x".repeat(100)).name}`) +
        property("a", "x".repeat(100)).xml.length;
      expect(await used()).toBe(1 + size);
      expect(await codeOf(() => patch("c", set("a", "x".repeat(1_000))))).toBe("insufficient_storage");
      expect(await codeOf(() => patch("c/f", set("b", "x"), set("c", "x".repeat(70_000))))).toBe(
        "insufficient_storage",
      );
      expect(await used()).toBe(1 + size);
      await patch("c/f", remove("a"));
      expect(await used()).toBe(1);
      await patch("c/f", set("a", "x"));
      await tree.remove(place("c"), {});
      expect(await used()).toBe(0);
    });

    it("[TR14] a collection is made with its properties or not at all", async () => {
      const first = { steps: [set("a", "1")] };
      await under.tree.makeCollection(place("with"), {}, first);
      expect(await of("with")).toEqual([property("a", "1")]);
      const tooMuch = { steps: [set("a", "x".repeat(2_000))] };
      expect(await codeOf(() => under.tree.makeCollection(place("without"), {}, tooMuch))).toBe(
        "insufficient_storage",
      );
      expect(await under.tree.find(place("without"))).toBeNull();
    });
  });
}
