import { beforeEach, describe, expect, it } from "vitest";
import type { KnownListing } from "../tree/listings.ts";
import type { Place } from "../tree/place.ts";
import { bytesOf, type TreeUnderTest } from "./tree-contract.ts";

const everything = { properties: true, checksums: true };
const nothing = { properties: false, checksums: false };
const conditions = {};
const own = { namespace: "urn:own", name: "own", xml: '<own xmlns="urn:own"/>' };

/** What every metadata port says of many nodes at once; run it with each implementation. */
export function describeTreeListings(name: string, make: () => Promise<TreeUnderTest>): void {
  describe(`tree listings: ${name}`, () => {
    let under: TreeUnderTest;
    let root: number;
    const place = (path: string): Place => ({ owner: under.owner, root, segments: path.split("/") });
    const put = (path: string, text: string) => under.tree.put(place(path), bytesOf(text), conditions);

    /** The folder `l` of f00 to f59, known in stretches of ten. */
    async function known(): Promise<KnownListing> {
      const { id: collection, etag } = under.tree.find(place("l")) ?? { id: 0, etag: "" };
      const lastNames = ["f09", "f19", "f29", "f39", "f49"];
      return { collection, version: Number(etag.split("-")[1]), lastNames, maxMembers: 25 };
    }

    async function renewed(listing: KnownListing): Promise<Record<number, string> | null> {
      const renewal = await under.tree.renewal(place("l"), listing, nothing);
      if (renewal === null) return null;
      expect(renewal.top.nodes[0]?.etag).toBe(under.tree.find(place("l"))?.etag);
      const texts = [...renewal.stretches].map(([at, { nodes }]) => [
        at,
        nodes.map((node) => node.name).join(" "),
      ]);
      return Object.fromEntries(texts);
    }

    beforeEach(async () => {
      under = await make();
      root = await under.tree.openApp(under.owner, "app");
      await under.tree.makeCollection(place("l"), conditions);
      const names = Array.from({ length: 60 }, (_, at) => `l/f${String(at).padStart(2, "0")}`);
      await Promise.all(names.map((path) => put(path, "1")));
    });

    it("[LI6] a renewal reads the stretches in which something changed, and no others", async () => {
      const before = await known();
      expect(await renewed(before)).toEqual({});
      await put("l/f15", "22");
      await put("elsewhere", "22");
      const tens = "f10 f11 f12 f13 f14 f15 f16 f17 f18 f19";
      expect(await renewed(before)).toEqual({ 1: tens });
      await under.tree.remove(place("l/f11"), conditions);
      await under.tree.move(place("l/f12"), place("l/z"), { overwrite: false, shallow: false, conditions });
      const fifties = Array.from({ length: 10 }, (_, at) => `f${50 + at}`).join(" ");
      expect(await renewed(before)).toEqual({ 1: tens.replace(" f11 f12", ""), 5: `${fifties} z` });
      expect(await renewed(await known())).toEqual({});
    });

    it("[LI6] what is below a member is the member's change, wherever it is by now", async () => {
      await under.tree.makeCollection(place("l/f05d"), conditions);
      await under.tree.makeCollection(place("l/f05d/below"), conditions);
      await put("l/f05d/below/deep", "1");
      const before = await known();
      await put("l/f05d/below/deep", "2");
      expect(Object.keys((await renewed(before)) ?? {})).toEqual(["0"]);
      const free = { overwrite: true, shallow: false, conditions };
      await under.tree.move(place("l/f05d/below"), place("l/g"), free);
      await put("l/g/deep", "3");
      expect(Object.keys((await renewed(before)) ?? {})).toEqual(["0", "5"]);
      await under.tree.move(place("l/g"), place("away"), free);
      await put("away/deep", "4");
      expect(Object.keys((await renewed(before)) ?? {})).toEqual(["0", "5"]);
      expect(await renewed(await known())).toEqual({});
    });

    it("[LI6] there is none when it is too much, or another collection, or one of an unknown time", async () => {
      const before = await known();
      for (const path of ["l/f01", "l/f11"]) await put(path, "22");
      expect(Object.keys((await renewed(before)) ?? {})).toEqual(["0", "1"]);
      await put("l/f21", "22");
      expect(await renewed(before)).toBeNull();
      expect(await renewed({ ...before, maxMembers: 30 })).not.toBeNull();
      expect(await renewed({ ...(await known()), collection: before.collection + 1 })).toBeNull();
      const gone = { ...place("l"), segments: ["none"] };
      expect(await under.tree.renewal(gone, await known(), nothing)).toBeNull();
    });

    it("[LI7] a page has its nodes with what is stored of them", async () => {
      await under.tree.patchProperties(
        place("l/f01"),
        { steps: [{ kind: "set", property: own }] },
        conditions,
      );
      await under.tree.put(place("l/f02"), { ...bytesOf("ab"), checksums: "MD5:00" }, conditions);
      const collection = under.tree.find(place("l"))?.id ?? 0;
      const page = await under.tree.page({ collection, afterName: "f00", limit: 2 }, everything);
      const [first, second] = page.nodes;
      expect([first?.name, second?.name]).toEqual(["f01", "f02"]);
      expect(page.properties).toEqual(new Map([[first?.id, [own]]]));
      expect(page.checksums).toEqual(new Map([[second?.id, "MD5:00"]]));
      expect(await under.tree.page({ collection, afterName: "f59", limit: 2 }, everything)).toMatchObject({
        nodes: [],
      });
      expect(await under.tree.one(place("l/f01"), everything)).toMatchObject({ nodes: [first] });
      expect((await under.tree.one(place("l/f01"), nothing))?.properties.size).toBe(0);
      expect(await under.tree.one(place("l/none"), everything)).toBeNull();
    });
  });
}
