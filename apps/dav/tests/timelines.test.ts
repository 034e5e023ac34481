import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readConfig } from "../src/config.ts";
import { openStorage } from "../src/context.ts";
import { pruneChanges } from "../src/garbage.ts";
import { isBackup, markAsBackup } from "../src/storage/timelines.ts";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { sync } from "./sync-client.ts";

async function inStorage<Result>(
  folder: string,
  work: (storage: Awaited<ReturnType<typeof openStorage>>) => Promise<Result>,
): Promise<Result> {
  const storage = await openStorage(readConfig({ DAV_DATA_DIR: folder }));
  try {
    return await work(storage);
  } finally {
    storage.db.close();
  }
}

/** What clients of Nextcloud look at to know that a backup was restored; null when they are told nothing. */
async function fingerprintOf(dav: TestServer): Promise<string | null> {
  const body =
    '<propfind xmlns="DAV:"><prop><resourcetype/><data-fingerprint xmlns="http://owncloud.org/ns"/></prop></propfind>';
  const text = await (await dav.request("PROPFIND", "", { headers: { Depth: "0" }, body })).text();
  if (/data-fingerprint [^>]*\/>.*200 OK/.test(text)) return "";
  return /data-fingerprint [^>]*>([^<]+)<.*200 OK/.exec(text)?.[1] ?? null;
}

async function etagOf(dav: TestServer): Promise<string> {
  const answer = await dav.request("PROPFIND", "", { headers: { Depth: "0" } });
  return /<D:getetag>([^<]*)</.exec(await answer.text())?.[1] ?? "";
}

it("[ST1] a token from before what was forgotten is refused, unless nothing changed since", async () => {
  await using dav = await startTestServer();
  await dav.request("MKCOL", "quiet");
  await dav.request("MKCOL", "busy");
  const [first, quiet] = [await sync(dav, ""), await sync(dav, "", { path: "quiet/" })];
  for (let index = 0; index < 30; index += 1) await dav.request("PUT", `busy/${index}`, { body: "x" });
  const middle = await sync(dav, "");
  await dav.request("PUT", "busy/last", { body: "x" });
  const newest = await sync(dav, "");
  const count = await inStorage(dav.folder, async (storage) => {
    expect(await pruneChanges(storage, Date.now() - 60_000)).toBe(0);
    // In small steps, as other commands do.
    expect(await storage.changeLog.prune(Date.now() + 1_000, 10)).toBe(10);
    const left = storage.changeLog.countBefore(Date.now() + 1_000);
    expect(await pruneChanges(storage, Date.now() + 1_000)).toBe(left);
    return left;
  });
  expect(count).toBeGreaterThan(20);
  for (const { token } of [first, middle]) {
    const refused = await sync(dav, token);
    expect([refused.status, refused.text.includes("valid-sync-token")]).toEqual([403, true]);
  }
  expect(await sync(dav, newest.token)).toMatchObject({ status: 207, token: newest.token });
  expect(await sync(dav, quiet.token, { path: "quiet/" })).toMatchObject({ status: 207, token: quiet.token });
  await dav.request("PUT", "busy/after", { body: "x" });
  expect([...(await sync(dav, newest.token)).changes.keys()]).toContain("busy/after");
});

it("[ST2] a backup in use refuses tokens of the lost time, keeps older ones, and repeats no ETag", async () => {
  await using dav = await startTestServer();
  await dav.request("PUT", "before", { body: "1" });
  const older = await sync(dav, "");
  await dav.request("PUT", "in-backup", { body: "2" });
  const database = join(dav.folder, "dav/endpoint.db");
  const copy = join(dav.folder, "copy.db");
  await inStorage(dav.folder, ({ db }) => db.backup(copy));
  const etags = new Set<string>();
  const lost: string[] = [];
  const change = async (name: string) => {
    for (let index = 0; index < 5; index += 1) {
      await dav.request("PUT", `${name}${index}`, { body: `${name}${index}` });
      const etag = await etagOf(dav);
      expect(etags.has(etag)).toBe(false);
      etags.add(etag);
      lost.push((await sync(dav, "")).token);
    }
  };
  await change("lost");
  for (const name of ["once", "twice"]) {
    await dav.server.close();
    for (const suffix of ["", "-wal", "-shm"]) await rm(database + suffix, { force: true });
    await cp(copy, database);
    await inStorage(dav.folder, async ({ db, tree, owners }) => {
      markAsBackup(db);
      markAsBackup(db);
      const owner = owners.idOf(dav.owner.did) ?? 0;
      const root = await tree.openApp(owner, "test");
      const write = tree.makeCollection({ owner, root, segments: ["c"] }, {});
      await expect(write).rejects.toThrow(/not in use/);
      expect(isBackup(db)).toBe(true);
    });
    await dav.restart();
    for (const token of lost) expect((await sync(dav, token)).status).toBe(403);
    const since = await sync(dav, older.token);
    expect([since.status, [...since.changes.keys()]]).toEqual([207, ["in-backup"]]);
    await change(name);
    expect((await sync(dav, older.token)).changes.size).toBe(6);
    const now = await sync(dav, "");
    expect((await sync(dav, now.token)).changes.size).toBe(0);
    lost.push(now.token);
  }
});

it("[NC8] after each restore of a backup clients of Nextcloud are told another fingerprint", async () => {
  await using dav = await startTestServer();
  await dav.request("PUT", "kept", { body: "1" });
  const told = [await fingerprintOf(dav)];
  expect(told).toEqual([""]);
  for (let round = 0; round < 2; round += 1) {
    await dav.server.close();
    await inStorage(dav.folder, async ({ db }) => markAsBackup(db));
    await dav.restart();
    const fingerprint = await fingerprintOf(dav);
    expect(fingerprint).toMatch(/^\d+$/);
    expect(told).not.toContain(fingerprint);
    told.push(fingerprint);
    expect(await fingerprintOf(dav)).toBe(fingerprint);
  }
});
