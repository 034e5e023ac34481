import { Readable } from "node:stream";
import { systemClock } from "@relite/core/clock";
import { silentLogger } from "@relite/core/log";
import { expect, it } from "vitest";
import { readConfig } from "./config.ts";
import { openStorage } from "./context.ts";
import { collectStrays, collectUnreferenced, graceMs } from "./garbage.ts";
import { startTestServer } from "./testing/dav-fixture.ts";

it("[DV45] content nobody has any more goes after an hour, not before, and nothing else goes", async () => {
  await using dav = await startTestServer();
  const bytes = (byte: number) => new Uint8Array(100_000).fill(byte);
  await dav.request("PUT", "kept", { body: bytes(1) });
  await dav.request("PUT", "gone", { body: bytes(2) });
  await dav.request("DELETE", "gone");
  const storage = await openStorage(readConfig({ DAV_DATA_DIR: dav.folder }));
  const partsAfter = (ms: number) => ({
    storage,
    log: silentLogger,
    clock: { ...systemClock, nowMs: () => Date.now() + ms },
  });
  // A write that is refused after its bytes were kept leaves them without a row.
  const staged = await storage.blobs.stage(1, Readable.from([Buffer.alloc(100_000, 3)]), {
    maxBytes: 1_000_000,
    declaredBytes: null,
  });
  await staged.keep();
  await staged.release();
  for (const early of [0, graceMs - 60_000]) {
    expect(await collectUnreferenced(partsAfter(early))).toBe(0);
    expect(await collectStrays(partsAfter(early))).toBe(0);
  }
  expect(await collectUnreferenced(partsAfter(graceMs + 60_000))).toBe(1);
  expect(await collectStrays(partsAfter(graceMs + 60_000))).toBe(1);
  storage.db.close();
  expect(new Uint8Array(await (await dav.request("GET", "kept")).arrayBuffer())).toEqual(bytes(1));
  expect((await dav.request("GET", "gone")).status).toBe(404);
});
