import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@relite/core/clock";
import { silentLogger } from "@relite/core/log";
import { expect, it } from "vitest";
import { readConfig } from "./config.ts";
import { openStorage } from "./context.ts";
import { createKeptSweeper } from "./kept-sweeper.ts";
import { checkStorage } from "./storage/check-storage.ts";
import { createSteadyClock, sweepKept } from "./sweep-kept.ts";
import { bytesOf } from "./testing/tree-contract.ts";

const dayMs = 86_400_000;
const noPause = { pause: async () => {} };
const author = { did: "did:key:z", leavesTrace: true };

/** The storage of an endpoint that does not run, by a clock of its own. */
async function withStorage(env: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "relite-kept-"));
  const time = { ms: Date.now() };
  const clock = { ...systemClock, nowMs: () => time.ms };
  const open = (more = {}) => openStorage(readConfig({ DAV_DATA_DIR: folder, ...more }), { clock });
  const storage = await open(env);
  await storage.owners.add("did:key:one", null);
  const owner = storage.owners.idOf("did:key:one") ?? 0;
  const root = await storage.tree.openApp(owner, "test");
  const place = (...segments: string[]) => ({ owner, root, segments });
  const put = (name: string, text: string) =>
    storage.tree.put(place(...name.split("/")), bytesOf(text), { author });
  const home = async () => ({ owner, root: (await storage.trash.home(owner, "test")) ?? 0, segments: [] });
  const left = async () =>
    (await storage.trash.entries(await home(), null, 1_000)).map(({ path }) => path.join("/"));
  const dispose = async () => {
    storage.db.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { open, storage, clock, time, owner, place, put, left, [Symbol.asyncDispose]: dispose };
}

it("[TV16] what is past its time ends, not before, and fsck is content at any time", async () => {
  await using kept = await withStorage();
  const { storage, time, place, put, left } = kept;
  await storage.tree.makeCollection(place("c"), {});
  for (let index = 0; index < 30; index += 1) await put(`c/${index}`, `${index}`);
  await put("f", "old");
  await storage.tree.remove(place("c"), { author });
  await put("f", "new");
  time.ms += 29 * dayMs;
  await storage.tree.makeCollection(place("late"), {});
  await storage.tree.remove(place("late"), { author });
  expect(await sweepKept(storage, time.ms, noPause)).toEqual({ items: 0, bytes: 0 });
  expect(await left()).toEqual(["c", "late"]);
  time.ms += dayMs + 1;
  expect(await sweepKept(storage, time.ms, noPause)).toMatchObject({ bytes: 3 + 50 });
  expect(await left()).toEqual(["late"]);
  expect(await storage.versions.list(place("f"))).toEqual([]);
  expect((await storage.tree.usage(kept.owner)).usedBytes).toBe(3);
  expect((await checkStorage(storage)).problems).toEqual([]);
});

it("[TV16] kept for 0, everything that was kept ends", async () => {
  await using kept = await withStorage({ DAV_TRASH_KEEP: "0", DAV_VERSIONS_KEEP: "0" });
  const { storage, time, place, put, left } = kept;
  const keeping = await kept.open();
  await put("f", "old");
  await keeping.tree.put(place("f"), bytesOf("new"), { author });
  await put("g", "g");
  await keeping.tree.remove(place("g"), { author });
  keeping.db.close();
  expect(await left()).toEqual(["g"]);
  expect(await sweepKept(storage, time.ms, noPause)).toMatchObject({ bytes: 4 });
  expect([await left(), await storage.versions.list(place("f"))]).toEqual([[], []]);
});

it("[TV17] a clock that jumps ahead ends nothing before its time; one that jumps back is followed", async () => {
  const steps = [0, 60_000, 400 * dayMs, 400 * dayMs + 60_000, 180_000, 240_000, -dayMs, 300_000];
  let at = 0;
  const steady = createSteadyClock(() => steps[at] ?? 0, 120_000);
  const seen = steps.map((_, index) => {
    at = index;
    return steady();
  });
  expect(seen).toEqual([0, 60_000, 180_000, 300_000, 180_000, 240_000, -dayMs, 300_000]);

  await using kept = await withStorage();
  const { storage, clock, time, place, put, left } = kept;
  await put("f", "f");
  await storage.tree.remove(place("f"), { author });
  const sweeper = createKeptSweeper(
    { storage, clock: { ...clock, sleep: async () => {} }, log: silentLogger },
    new AbortController().signal,
  );
  for (let tick = 0; tick < 25; tick += 1) {
    time.ms += tick === 12 ? 400 * dayMs : tick === 18 ? -401 * dayMs : 60_000;
    await sweeper.tick(0);
  }
  expect(await left()).toEqual(["f"]);
  time.ms += 35 * dayMs;
  const restarted = createKeptSweeper(
    { storage, clock: { ...clock, sleep: async () => {} }, log: silentLogger },
    new AbortController().signal,
  );
  for (let tick = 0; tick < 9; tick += 1) await restarted.tick(0);
  expect(await left()).toEqual(["f"]);
  await restarted.tick(0);
  expect(await left()).toEqual([]);
});

it("[TV18] a large tree is counted and ended bit by bit, none of it longer than others can wait", async () => {
  await using kept = await withStorage();
  const { storage, owner, place, put, left } = kept;
  const count = 4_000;
  await storage.tree.makeCollection(place("c"), {});
  await Promise.all(
    Array.from({ length: 40 }, (_, index) => storage.tree.makeCollection(place("c", `d${index}`), {})),
  );
  await Promise.all(Array.from({ length: count }, (_, index) => put(`c/d${index % 40}/${index}`, "x")));
  await storage.tree.remove(place("c"), { author });
  expect((await storage.tree.usage(owner)).keptBytes).toBe(0);
  const sweeper = createKeptSweeper(
    { storage, clock: { ...kept.clock, sleep: async () => {} }, log: silentLogger },
    new AbortController().signal,
  );
  await sweeper.tick(0);
  expect((await storage.tree.usage(owner)).keptBytes).toBe(count);
  await sweeper.tick(10);
  expect(await left()).toEqual([]);
  expect((await storage.tree.usage(owner)).usedBytes).toBe(0);
  expect((await checkStorage(storage)).problems).toEqual([]);
});
