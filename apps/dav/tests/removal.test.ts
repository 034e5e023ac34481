import { mkdtemp, readdir, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueDelegation, issueInvocation, issueRevocation, type Signer } from "@relite/core/ucan";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runFsck, runGc, runOwners } from "../src/admin/index.ts";
import { readConfig } from "../src/config.ts";
import { openStorage } from "../src/context.ts";
import { newSigner, startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { runCommand } from "../src/testing/run-command.ts";
import { bytesOf } from "../src/testing/tree-contract.ts";
import { accessClient, accessWrite, daySec } from "./access-client.ts";
import { startEndpoint } from "./kill/endpoint-process.ts";
import { fsck } from "./upload-client.ts";

const large = (byte: number) => new Uint8Array(100_000).fill(byte);
const remove = (dav: { readonly folder: string }, ...args: readonly string[]) =>
  runCommand(runOwners, "remove", ...args, "--data", dav.folder);
const add = (dav: { readonly folder: string }, did: string) =>
  runCommand(runOwners, "add", did, "--data", dav.folder);

/** Rows of an owner by table; what must stay of one who was removed is left out. */
function rowsOf(folder: string, owner: number): Readonly<Record<string, number>> {
  const db = new Database(join(folder, "dav/endpoint.db"), { readonly: true });
  const tables = [
    "nodes",
    "properties",
    "locks",
    "trash",
    "versions",
    "uploads",
    "upload_parts",
    "changes",
    "owner_dids",
    "credentials",
    "device_uses",
  ];
  const count = (table: string) =>
    Number(db.prepare(`SELECT count(*) FROM ${table} WHERE owner = ?`).pluck().get(owner));
  const found = Object.fromEntries(tables.map((table) => [table, count(table)]));
  db.close();
  return found;
}

/** Something of everything an owner can have. */
async function furnish(dav: TestServer): Promise<void> {
  await dav.request("MKCOL", "c");
  for (const name of ["c/a", "c/b", "top"]) await dav.request("PUT", name, { body: large(name.length) });
  await dav.request("PUT", "top", { body: "another" });
  await dav.request("PUT", "/dav/apps/other/one", { body: "x" });
  await dav.request("DELETE", "c/a");
  await dav.request("PROPPATCH", "c/b", {
    body: '<propertyupdate xmlns="DAV:"><set><prop><x xmlns="urn:x">y</x></prop></set></propertyupdate>',
  });
  await dav.request("LOCK", "c/b", {
    body: '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>',
  });
  await dav.request("MKCOL", "/dav/uploads/test/t");
  await dav.request("PUT", "/dav/uploads/test/t/1", { body: "part" });
}

/** Small files at once. */
async function fill({ request }: Pick<TestServer, "request">, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, at) => `f${at}`);
  await Promise.all(names.map((name) => request("PUT", name, { body: name })));
}

describe("owners remove", () => {
  let dav: TestServer;
  let other: Signer;
  const otherToken = () =>
    issueInvocation({
      issuer: other,
      audience: accessClient(dav).audience(),
      capabilities: [{ with: "app:test", can: "app/write" }],
      nowMs: Date.now(),
    });
  const asOther = async (method: string, path: string, body?: string) =>
    fetch(`${dav.server.url}/dav/apps/test/${path}`, {
      method,
      headers: { Authorization: `Bearer ${await otherToken()}` },
      ...(body === undefined ? {} : { body }),
    });
  beforeAll(async () => {
    dav = await startTestServer();
    other = await newSigner();
    await add(dav, other.did);
    await asOther("PUT", "mine", "kept");
    await furnish(dav);
  });
  afterAll(() => dav[Symbol.asyncDispose]());

  it.each([
    [["remove"], 2],
    [["remove", "a", "b", "--yes"], 2],
    [["remove", "--force"], 2],
    [["list", "--yes"], 2],
    [["disable", "did:key:z6MkOne", "--dry-run"], 2],
    [["remove", "nobody", "--yes"], 1],
    [["remove", "did:key:z6MkNobody", "--yes"], 1],
    [["remove", "' OR 1=1", "--yes"], 1],
    [["remove", "", "--yes"], 1],
  ])("[RM1] %j is refused with %i, and removes nothing", async (args, code) => {
    const end = await runCommand(runOwners, ...args, "--data", dav.folder);
    expect([args, end.code, end.err.trim().split("\n").length]).toEqual([args, code, 1]);
    expect((await dav.request("GET", "top")).status).toBe(200);
  });

  it("[RM1] says what would go, and without --yes how to keep it, and removes nothing", async () => {
    const dry = await remove(dav, dav.owner.did, "--dry-run");
    expect([dry.code, dry.err]).toEqual([0, ""]);
    expect(dry.out).toMatch(/^would remove did:key:\S+: 3 files in \d+ collections, /);
    const asked = await remove(dav, dav.owner.did, "--json");
    expect(asked.code).toBe(1);
    expect(JSON.parse(asked.out)).toMatchObject({
      removed: false,
      isLastAdmin: true,
      files: 3,
      trash: 1,
      versions: 1,
      uploads: 1,
      locks: 1,
      devices: 1,
    });
    expect(asked.err).toContain(`export DIR --owner ${dav.owner.did}`);
    expect((await dav.request("GET", "top")).status).toBe(200);
  });

  it("[RM2] from the next request on, nothing of it opens anything; others notice nothing", async () => {
    const client = accessClient(dav);
    const device = await newSigner();
    const nowMs = Date.now();
    const proof = await issueDelegation({
      issuer: dav.owner,
      audienceDid: device.did,
      capabilities: [{ with: "app:test", can: "app/write" }, accessWrite],
      expiresAtSec: Math.floor(nowMs / 1_000) + daySec,
    });
    const { password } = await client.create({ ucan: await client.ucan(), label: "reader" });
    expect((await client.basic(password, "GET", "top")).status).toBe(200);
    const asDevice = () =>
      client.ask("GET", "/dav/apps/test/top", undefined, {
        signer: device,
        proof,
        capabilities: [{ with: "app:test", can: "app/read" }],
      });
    expect((await asDevice()).status).toBe(200);
    const token = await dav.token();
    const removed = await remove(dav, dav.owner.did, "--yes");
    expect([removed.code, removed.out]).toEqual([0, expect.stringMatching(/^removed did:key:\S+: 3 files/)]);
    const byToken = await fetch(`${dav.server.url}/dav/apps/test/top`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    expect([byToken.status, (await asDevice()).status]).toEqual([401, 401]);
    expect((await client.basic(password, "GET", "top")).status).toBe(401);
    expect((await client.ask("GET", "/relite/app-passwords")).status).toBe(401);
    expect((await client.ask("POST", "/relite/invitations", { label: "x" })).status).toBe(401);
    expect(await (await asOther("GET", "mine")).text()).toBe("kept");
    expect((await runCommand(runOwners, "list", "--data", dav.folder)).out).not.toContain(dav.owner.did);
    expect((await remove(dav, dav.owner.did, "--yes")).code).toBe(1);
  });

  it("[RM3] nothing of it is left but that it was there; its content is collected, and fsck is clean", async () => {
    expect(Object.entries(rowsOf(dav.folder, 1)).filter(([, count]) => count > 0)).toEqual([]);
    expect(await fsck(dav)).toEqual([]);
    const db = new Database(join(dav.folder, "dav/endpoint.db"));
    db.exec("UPDATE contents SET unreferenced_ms = 1 WHERE unreferenced_ms IS NOT NULL");
    db.close();
    const content = join(dav.folder, "dav/blobs/content/1");
    const files = async () =>
      (await readdir(content, { recursive: true })).filter((name) => name.length > 10);
    for (const name of await files()) await utimes(join(content, name), 1, 1);
    await runCommand(runGc, "--data", dav.folder);
    expect(await files()).toEqual([]);
    expect(await readdir(join(dav.folder, "dav/uploads/1"))).toEqual([]);
    expect(await fsck(dav)).toEqual([]);
  });

  it("[RM5] the same key comes again and starts empty", async () => {
    expect((await add(dav, dav.owner.did)).code).toBe(0);
    expect((await dav.request("GET", "top")).status).toBe(404);
    expect((await dav.request("PUT", "top", { body: "new" })).status).toBe(201);
    expect(await (await asOther("GET", "mine")).text()).toBe("kept");
    // The first of those who are left was added before and is none.
    const listed = JSON.parse((await runCommand(runOwners, "list", "--json", "--data", dav.folder)).out);
    expect(listed.map(({ isAdmin }: { isAdmin: boolean }) => isAdmin)).toEqual([false, false]);
  });
});

it("[RM5] what was revoked or lost under a key that was removed stays refused when the key comes again", async () => {
  await using dav = await startTestServer();
  const client = accessClient(dav);
  const [lost, good] = [await newSigner(), await newSigner()];
  const nowMs = Date.now();
  const expiresAtSec = Math.floor(nowMs / 1_000) + daySec;
  const capabilities = [{ with: "app:test", can: "app/write" }] as const;
  const delegate = (audience: string) =>
    issueDelegation({ issuer: dav.owner, audienceDid: audience, capabilities, expiresAtSec });
  const [toLost, toGood, revoked] = [
    await delegate(lost.did),
    await delegate(good.did),
    await delegate(good.did),
  ];
  const via = async (signer: Signer, proof: string) =>
    (await client.ask("GET", "/dav/apps/test/f", undefined, { signer, proof, capabilities })).status;
  expect((await client.ask("DELETE", `/relite/devices/${lost.did}`)).status).toBe(204);
  const record = await issueRevocation(dav.owner, revoked);
  expect((await client.ask("POST", "/relite/revocations", record)).status).toBeLessThan(300);
  expect(await via(good, toGood)).toBe(404);
  expect((await remove(dav, dav.owner.did, "--yes")).code).toBe(0);
  expect([await via(lost, toLost), await via(good, toGood), await via(good, revoked)]).toEqual([
    401, 401, 401,
  ]);
  await add(dav, dav.owner.did);
  expect([await via(lost, toLost), await via(good, toGood), await via(good, revoked)]).toEqual([
    401, 404, 401,
  ]);
  const shown = await (await client.ask("GET", "/relite/devices")).text();
  expect(shown).toContain(lost.did);
});

it("[RM3] is done in short transactions, and fsck is clean after each", async () => {
  await using dav = await startTestServer();
  await furnish(dav);
  await fill(dav, 40);
  await dav.server.close();
  const config = readConfig({ DAV_DATA_DIR: dav.folder });
  const storage = await openStorage(config);
  await storage.removals.retire(1);
  const rows = () => Object.values(rowsOf(dav.folder, 1)).reduce((a, b) => a + b, 0);
  let [before, rounds] = [rows(), 0];
  expect((await runCommand(runFsck, "--data", dav.folder)).err).toBe("");
  await storage.uploads.expire(Date.now());
  for (let items = 1; items > 0; rounds += 1) {
    ({ items } = await storage.removals.emptySome(7));
    const after = rows();
    // A file takes its properties, locks and versions along.
    expect(before - after).toBeLessThanOrEqual(10);
    before = after;
    if (rounds % 10 === 0) expect((await runCommand(runFsck, "--data", dav.folder)).err).toBe("");
  }
  expect([rows(), rounds > 10, storage.removals.unfinished()]).toEqual([0, true, 0]);
  storage.db.close();
  await dav.restart();
});

it("[RM4] a write that was let in before the removal and is done after it is refused, alone or among others", async () => {
  await using dav = await startTestServer();
  await dav.request("PUT", "there", { body: "x" });
  const other = await newSigner();
  await add(dav, other.did);
  const storage = await openStorage(readConfig({ DAV_DATA_DIR: dav.folder }));
  const placeOf = (owner: number, root: number, name: string) => ({ owner, root, segments: [name] });
  const root = storage.tree.findApp(1, "test") ?? 0;
  const otherRoot = await storage.tree.openApp(2, "test");
  await storage.removals.retire(1);
  const writes = ["there", "fresh"].map((name) => storage.tree.put(placeOf(1, root, name), bytesOf("y"), {}));
  const among = storage.tree.put(placeOf(2, otherRoot, "f"), bytesOf("z"), {});
  for (const write of writes) await expect(write).rejects.toMatchObject({ reason: "owner_removed" });
  expect((await among).created).toBe(true);
  storage.db.close();
});

it("[RM4] killed half way, the next start finishes it; what ran at that moment keeps nothing", {
  timeout: 60_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "relite-removal-"));
  const [owner, other] = [await newSigner(), await newSigner()];
  await add({ folder }, other.did);
  await add({ folder }, owner.did);
  const first = await startEndpoint({ folder, owner });
  await fill(first, 30);
  const storage = await openStorage(readConfig({ DAV_DATA_DIR: folder }));
  let finish = () => {};
  const slow = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(large(1));
      finish = () => controller.close();
    },
  });
  const putting = first.request("PUT", "slow", { body: slow });
  await expect.poll(async () => (await readdir(join(folder, "dav/blobs/staging"))).length).toBe(1);
  await storage.removals.retire(2);
  await storage.removals.emptySome(5);
  await storage.removals.emptySome(5);
  expect((await first.request("GET", "f1")).status).toBe(401);
  finish();
  expect((await putting).status).toBe(403);
  expect((await first.request("MKCOL", "/dav/apps/fresh/x")).status).toBe(401);
  await first.kill();
  storage.db.close();
  expect((await runCommand(runFsck, "--data", folder)).err).toBe("");
  const second = await startEndpoint({ folder, owner: other });
  await expect.poll(() => rowsOf(folder, 2), { timeout: 10_000 }).toMatchObject({ nodes: 0, changes: 0 });
  expect((await runCommand(runFsck, "--data", folder)).err).toBe("");
  expect((await second.request("PUT", "f", { body: "x" })).status).toBe(201);
  await second.stop();
  await rm(folder, { recursive: true, force: true });
});
