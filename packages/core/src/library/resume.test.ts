import { describe, expect, it } from "vitest";
import { anna } from "../testing/contracts/index.ts";
import { createRemoteDav, createScanWorld, type ScanWorld, seededRandom } from "../testing/index.ts";
import { createDavClient } from "../webdav/index.ts";
import type { ScanStore } from "./index.ts";

/** The root, 20 authors, 104 titles each. */
const folders = 2_101;

async function wideTree(): Promise<ScanWorld> {
  const world = await createScanWorld();
  for (let outer = 0; outer < 20; outer += 1)
    for (let inner = 0; inner < 104; inner += 1)
      world.tree.putFile(`author ${outer}/title ${inner}/book.epub`, {
        sizeBytes: 1_000 + outer * 1_000 + inner,
      });
  return world;
}

/** A store that dies at the given commit: before it is applied, or after it was but before anyone learns that. */
function dyingStore(scans: ScanStore, deathAt: number, isApplied: boolean): ScanStore {
  let commits = 0;
  return {
    ...scans,
    commitFolders: async (...commit) => {
      commits += 1;
      if (commits > deathAt || (commits === deathAt && !isApplied)) throw new Error("killed");
      await scans.commitFolders(...commit);
      if (commits === deathAt) throw new Error("killed");
    },
  };
}

describe("a scan that is cut off", { timeout: 120_000 }, () => {
  it.each([1, 2, 3, 4])(
    "[LS1] killed at a random commit it costs a fiftieth more requests at most, and ends the same (seed %i)",
    async (seed) => {
      const random = seededRandom(seed);
      const world = await wideTree();
      const scans = dyingStore(world.scans, 2 + Math.floor(random() * 60), seed % 2 === 0);
      await expect(world.scan({ scans })).rejects.toThrow("killed");
      const outcome = await world.scan();
      expect(outcome).toMatchObject({ round: 1, isComplete: true, proposal: null });
      expect(outcome.counts).toMatchObject({ folders, added: 2_080, missing: 0 });
      expect(world.requests.length).toBeLessThanOrEqual(Math.floor(folders * 1.02));
      const books = await world.allBooks();
      expect(new Set(books.map((book) => book.path)).size).toBe(2_080);
      expect(books).toHaveLength(2_080);
    },
  );

  it("[LS1] killed again and again it still ends, with every book once", async () => {
    const world = await createScanWorld({ seed: 9 });
    for (let index = 0; index < 150; index += 1)
      world.tree.putFile(`f${index % 50}/g${index % 7}/b${index}.pdf`);
    let kills = 0;
    for (let isDone = false; !isDone; ) {
      const scans = dyingStore(world.scans, 2, kills % 2 === 0);
      isDone = await world.scan({ scans }).then(
        () => true,
        () => false,
      );
      kills += 1;
      expect(kills).toBeLessThan(200);
    }
    expect(kills).toBeGreaterThan(2);
    expect(await world.allBooks()).toHaveLength(150);
    expect((await world.scan()).counts).toMatchObject({ added: 0, changed: 0, missing: 0 });
  });

  it("[LS1] aborted it stores what was finished, and settles nothing", async () => {
    const world = await wideTree();
    const stop = new AbortController();
    const aborted = world.scan({
      signal: stop.signal,
      onProgress: ({ folders: listed }) => {
        if (listed > 200) stop.abort(new Error("enough"));
      },
    });
    await expect(aborted).rejects.toThrow("enough");
    expect((await world.allBooks()).length).toBeGreaterThan(100);
    const sent = world.requests.length;
    expect((await world.scan()).isComplete).toBe(true);
    expect(world.requests.length).toBeLessThanOrEqual(Math.floor(folders * 1.02));
    expect(sent).toBeLessThan(400);
  });

  it("[LS1] cut off while books vanish it settles them once, after the last folder", async () => {
    const world = await wideTree();
    await world.scan();
    world.tree.remove("author 3");
    await expect(world.scan({ scans: dyingStore(world.scans, 9, true) })).rejects.toThrow("killed");
    expect((await world.books.list(anna, { limit: 1, states: ["missing", "suspect"] })).items).toEqual([]);
    const outcome = await world.scan();
    expect(outcome.round).toBe(2);
    const gone = await world.books.count(anna, { states: ["missing", "suspect"] });
    expect(gone).toBe(104);
    await world.scan();
    expect(await world.books.count(anna, { states: ["missing"] })).toBe(104);
  });
});

describe("[LS6] the pace follows the server", { timeout: 120_000 }, () => {
  it("[LS6] waits as long as it is told and goes on", async () => {
    const world = await createScanWorld();
    for (let index = 0; index < 60; index += 1) world.tree.putFile(`f${index}/b.epub`);
    let told = 0;
    world.behave({
      lie: ({ path }) => {
        if (path !== "f5" || told > 2) return null;
        told += 1;
        return { kind: "status", status: 429, headers: { "retry-after": "20" } };
      },
    });
    expect((await world.scan()).counts.added).toBe(60);
    expect(world.clock.sleptMs.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(60_000);
  });

  it("[LS6] ends for now when the pause is long, and says how long", async () => {
    const world = await createScanWorld();
    for (let index = 0; index < 60; index += 1) world.tree.putFile(`f${index}/b.epub`);
    let answered = 0;
    const busy = { kind: "status", status: 503, headers: { "retry-after": "1800" } } as const;
    world.behave({ lie: () => (++answered > 20 ? busy : null) });
    await expect(world.scan()).rejects.toMatchObject({ reason: "throttled", retryAfterMs: 1_800_000 });
    expect(answered).toBeLessThan(60);
    world.behave({});
    expect((await world.scan()).counts).toMatchObject({ folders: 61, added: 60 });
  });

  it("[LS6] a server that throttles without a word is asked slower and slower, then left", async () => {
    const world = await createScanWorld();
    world.behave({ lie: () => ({ kind: "status", status: 429 }) });
    await expect(world.scan()).rejects.toMatchObject({ reason: "throttled" });
    expect(world.requests.length).toBe(8);
    const [first = 0, second = 0, third = 0] = world.clock.sleptMs;
    expect(first).toBeGreaterThanOrEqual(500);
    expect(third).toBeGreaterThan(first);
    expect(second).toBeLessThanOrEqual(2_000);
  });

  it("[LS6] a server that is down is left after a few tries", async () => {
    const world = await createScanWorld();
    for (let index = 0; index < 400; index += 1) world.tree.putFile(`f${index}/b.epub`);
    let answered = 0;
    world.behave({ lie: () => (++answered > 100 ? { kind: "broken" } : null) });
    await expect(world.scan()).rejects.toMatchObject({ reason: "unreachable" });
    expect(answered).toBeLessThan(100 + 24 + 32 + 1);
  });

  it("[LS6] never has more under way than the limit", async () => {
    const world = await createScanWorld();
    for (let index = 0; index < 3_000; index += 1) world.tree.putFile(`f${index}/b.epub`);
    const remote = createRemoteDav({ tree: world.tree });
    let underWay = 0;
    let most = 0;
    const client = createDavClient({
      baseUrl: "http://remote.test/dav/",
      fetch: async (url, init) => {
        most = Math.max(most, ++underWay);
        await new Promise(setImmediate);
        underWay -= 1;
        return remote.handle(new Request(url, init));
      },
    });
    await world.scan({ client });
    expect(most).toBe(32);
  });
});
