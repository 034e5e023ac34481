import { Readable } from "node:stream";
import { seededRandom } from "@relite/core/testing";
import { expect, it } from "vitest";
import { readConfig } from "./config.ts";
import { openStorage, type Storage } from "./context.ts";
import { collectStrays, collectUnreferenced, graceMs } from "./garbage.ts";
import { startTestServer } from "./testing/dav-fixture.ts";
import { codeOf } from "./testing/tree-contract.ts";

const free = { maxBytes: 1_000_000, declaredBytes: null };
const soon = () => Date.now() + 60_000;

async function keep({ blobs }: Storage, owner: number, byte: number) {
  const staged = await blobs.stage(owner, Readable.from([Buffer.alloc(100_000, byte)]), free);
  await staged.keep();
  await staged.release();
  return { ...staged, type: null, modifiedMs: null };
}

it("[DV45] content nobody has any more goes after an hour, not before, and nothing else goes", async () => {
  await using dav = await startTestServer({ env: { DAV_TRASH_KEEP: "0" } });
  const bytes = (byte: number) => new Uint8Array(100_000).fill(byte);
  await dav.request("PUT", "kept", { body: bytes(1) });
  await dav.request("PUT", "gone", { body: bytes(2) });
  await dav.request("DELETE", "gone");
  const storage = await openStorage(readConfig({ DAV_DATA_DIR: dav.folder, DAV_TRASH_KEEP: "0" }));
  // A write that is refused after its bytes were kept leaves them without a row.
  await keep(storage, 1, 3);
  for (const early of [Date.now() - graceMs, Date.now() - 60_000]) {
    expect((await collectUnreferenced(storage, early)).count).toBe(0);
    expect((await collectStrays(storage, early)).count).toBe(0);
  }
  expect((await collectUnreferenced(storage, soon())).count).toBe(1);
  expect((await collectStrays(storage, soon())).count).toBe(1);
  storage.db.close();
  expect(new Uint8Array(await (await dav.request("GET", "kept")).arrayBuffer())).toEqual(bytes(1));
  expect((await dav.request("GET", "gone")).status).toBe(404);
});

it("[BL4] two processes that store and collect the same bytes: what was acknowledged is there", async () => {
  await using dav = await startTestServer({ env: { DAV_TRASH_KEEP: "0" } });
  const config = readConfig({ DAV_DATA_DIR: dav.folder, DAV_TRASH_KEEP: "0" });
  const [writer, collector] = [await openStorage(config), await openStorage(config)];
  const owner = writer.owners.idOf(dav.owner.did) ?? 0;
  const root = await writer.tree.openApp(owner, "test");
  const place = { owner, root, segments: ["f"] };
  const random = seededRandom(4);
  let refused = 0;
  for (let round = 0; round < 40; round += 1) {
    const bytes = await keep(writer, owner, 9);
    // The collector comes before, between or after.
    const wait = async (most: number) => {
      for (let turn = Math.floor(random() * most); turn > 0; turn -= 1) await new Promise(setImmediate);
    };
    const put = async () => {
      await wait(6);
      return codeOf(() => writer.tree.put(place, bytes, {}));
    };
    const collect = async () => {
      await wait(6);
      return collector.tree.dropContent(owner, bytes.hash, soon());
    };
    const [code, dropped] = await Promise.all([put(), collect()]);
    expect([code, dropped]).toEqual(code === "" ? ["", false] : ["unavailable", true]);
    if (code !== "") refused += 1;
    else {
      expect(writer.blobs.files.has(owner, bytes.hash)).toBe(true);
      await writer.tree.remove(place, {});
      await collectUnreferenced(collector, soon());
    }
  }
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThan(40);
  writer.db.close();
  collector.db.close();
});

it("[ST3] what is held is not collected, until the hold is released or nobody renews it", async () => {
  await using dav = await startTestServer({ env: { DAV_TRASH_KEEP: "0" } });
  let nowMs = Date.now();
  const clock = { nowMs: () => nowMs, sleep: async () => {} };
  const storage = await openStorage(readConfig({ DAV_DATA_DIR: dav.folder, DAV_TRASH_KEEP: "0" }), { clock });
  const owner = storage.owners.idOf(dav.owner.did) ?? 0;
  const root = await storage.tree.openApp(owner, "test");
  const letGo = async (byte: number) => {
    const place = { owner, root, segments: [String(byte)] };
    await storage.tree.put(place, await keep(storage, owner, byte), {});
    await storage.tree.remove(place, {});
  };
  await letGo(1);
  nowMs += 10;
  await storage.holds.keep("a", 60_000);
  nowMs += 10;
  await letGo(2);
  expect(storage.holds.count()).toBe(1);
  expect((await collectUnreferenced(storage, nowMs + graceMs)).count).toBe(1);
  nowMs += 50_000;
  await storage.holds.keep("a", 60_000);
  nowMs += 50_000;
  expect((await collectUnreferenced(storage, nowMs + graceMs)).count).toBe(0);
  nowMs += 60_000;
  expect((await collectUnreferenced(storage, nowMs + graceMs)).count).toBe(1);
  await letGo(3);
  await storage.holds.keep("b", 60_000);
  nowMs += 10;
  await letGo(4);
  expect((await collectUnreferenced(storage, nowMs + graceMs)).count).toBe(0);
  await storage.holds.release("b");
  expect((await collectUnreferenced(storage, nowMs + graceMs)).count).toBe(2);
  storage.db.close();
});
