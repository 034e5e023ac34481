import { appendFile, copyFile, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueDelegation, issueRevocation, type Signer } from "@relite/core/ucan";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runBackup, runFsck, runOwners, runRestore, runRevoke } from "../src/admin/index.ts";
import { newSigner, startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { runCommand } from "../src/testing/run-command.ts";
import { fixedAudience } from "./access-client.ts";
import { browserClient } from "./browser-client.ts";

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "relite-closed-"));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const write = [{ with: "app:test", can: "app/write" }] as const;
const daySec = 86_400;
const ledgerOf = (dav: TestServer) => join(dav.folder, "dav/access-ledger.jsonl");
const start = () => startTestServer({ env: { DAV_AUDIENCES: fixedAudience } });
const backup = (dav: TestServer, name: string) =>
  runCommand(runBackup, join(scratch, name), "--data", dav.folder);
const fsck = (dav: TestServer) => runCommand(runFsck, "--data", dav.folder);

/** Stops the server, brings a backup into its place, and starts it again. */
async function restore(dav: TestServer, name: string, ...more: readonly string[]) {
  await dav.server.close();
  const end = await runCommand(runRestore, join(scratch, name), "--replace", "--data", dav.folder, ...more);
  await dav.restart();
  return end;
}

/** An owner's doors: each answers the status of a request through it. */
async function doors(dav: TestServer, owner: Signer) {
  const client = browserClient({ ...dav, server: dav.server, owner } as TestServer, fixedAudience);
  const [phone, laptop] = [await newSigner(), await newSigner()];
  const expiresAtSec = Math.floor(Date.now() / 1_000) + daySec;
  const delegate = (to: Signer) =>
    issueDelegation({ issuer: owner, audienceDid: to.did, capabilities: write, expiresAtSec });
  const [toPhone, toLaptop] = [await delegate(phone), await delegate(laptop)];
  const made = await client.create({ ucan: await client.ucan({ issuer: owner }) });
  const now = () => browserClient({ ...dav, server: dav.server, owner } as TestServer, fixedAudience);
  // Read to its end: a server that stops waits for what it is still sending.
  const statusOf = async (answer: Response) => {
    await answer.arrayBuffer();
    return answer.status;
  };
  const via = async (signer: Signer, proof?: string) => {
    const asking = { signer, capabilities: write, ...(proof === undefined ? {} : { proof }) };
    return statusOf(await now().ask("PROPFIND", "/dav/apps/test/", undefined, asking));
  };
  return {
    ask: (...args: Parameters<typeof client.ask>) => now().ask(...args),
    phone,
    toLaptop,
    password: made,
    statuses: async () => ({
      own: await via(owner),
      phone: await via(phone, toPhone),
      laptop: await via(laptop, toLaptop),
      password: await statusOf(await now().basic(made.password, "PROPFIND", "")),
    }),
  };
}

const open = { own: 207, phone: 207, laptop: 207, password: 207 };

describe("a restore", () => {
  it("[AL1] opens nothing that was closed after the backup, and closes nothing that was opened again", async () => {
    await using dav = await start();
    const [other, away] = [await newSigner(), await newSigner()];
    for (const { did } of [other, away]) await runCommand(runOwners, "add", did, "--data", dav.folder);
    const [mine, theirs, leaving] = [
      await doors(dav, dav.owner),
      await doors(dav, other),
      await doors(dav, away),
    ];
    expect(await mine.statuses()).toEqual(open);
    expect((await backup(dav, "before")).code).toBe(0);
    const record = await issueRevocation(dav.owner, mine.toLaptop);
    expect((await mine.ask("POST", "/relite/revocations", record)).status).toBe(201);
    expect((await mine.ask("DELETE", `/relite/devices/${mine.phone.did}`)).status).toBe(204);
    expect((await mine.ask("DELETE", `/relite/app-passwords/${mine.password.id}`)).status).toBe(204);
    await theirs.ask("DELETE", `/relite/devices/${theirs.phone.did}`);
    await theirs.ask("PUT", `/relite/devices/${theirs.phone.did}`);
    await runCommand(runOwners, "disable", other.did, "--data", dav.folder);
    await runCommand(runOwners, "enable", other.did, "--data", dav.folder);
    await runCommand(runOwners, "remove", away.did, "--yes", "--data", dav.folder);
    const closed = { own: 207, phone: 401, laptop: 401, password: 401 };
    expect(await mine.statuses()).toEqual(closed);
    const end = await restore(dav, "before");
    expect([end.code, end.out]).toEqual([
      0,
      expect.stringContaining("1 revoked tokens, 1 lost devices, 1 app passwords and shares, 1 owners"),
    ]);
    expect(await mine.statuses()).toEqual(closed);
    expect(await theirs.statuses()).toEqual(open);
    expect(await leaving.statuses()).toEqual({ own: 403, phone: 403, laptop: 403, password: 403 });
    expect(await fsck(dav)).toMatchObject({ code: 0, err: "" });
    // An administrator who brought it back for that owner lets it in, and it stays in.
    await runCommand(runOwners, "enable", away.did, "--data", dav.folder);
    await dav.restart();
    expect(await leaving.statuses()).toEqual(open);
  });

  it("[AL1] an owner and a device the backup never had: what was revoked holds when they come", async () => {
    await using dav = await start();
    expect((await backup(dav, "early")).code).toBe(0);
    const late = await newSigner();
    await runCommand(runOwners, "add", late.did, "--data", dav.folder);
    const theirs = await doors(dav, late);
    await theirs.ask("DELETE", `/relite/devices/${theirs.phone.did}`);
    await theirs.ask("POST", "/relite/revocations", await issueRevocation(late, theirs.toLaptop));
    expect((await restore(dav, "early", "--json")).code).toBe(0);
    expect((await theirs.statuses()).own).toBe(401);
    await runCommand(runOwners, "add", late.did, "--data", dav.folder);
    await dav.restart();
    expect(await theirs.statuses()).toMatchObject({ own: 207, phone: 401, laptop: 401 });
    expect(await fsck(dav)).toMatchObject({ code: 0, err: "" });
  });
});

describe("the ledger", () => {
  it("[AL2] is read when a database was put there by hand, and by commands on a stopped endpoint written", async () => {
    await using dav = await start();
    const mine = await doors(dav, dav.owner);
    await dav.server.close();
    const [database, copy] = [join(dav.folder, "dav/endpoint.db"), join(scratch, "by-hand.db")];
    const db = new Database(database);
    db.pragma("wal_checkpoint(TRUNCATE)");
    db.close();
    await copyFile(database, copy);
    const { code } = await runCommand(runRevoke, "device", mine.phone.did, "--data", dav.folder);
    expect(code).toBe(0);
    for (const name of await readdir(join(dav.folder, "dav")))
      if (name.startsWith("endpoint.db-")) await rm(join(dav.folder, "dav", name));
    await copyFile(copy, database);
    await dav.restart();
    expect(await mine.statuses()).toEqual({ ...open, phone: 401 });
    const text = await readFile(ledgerOf(dav), "utf8");
    expect(text).toContain(mine.phone.did);
    expect(text).not.toContain(mine.password.password.slice(8));
    expect(text).not.toContain(mine.toLaptop);
  });

  it("[AL2] of data that has none yet is made at the start", async () => {
    await using dav = await start();
    const mine = await doors(dav, dav.owner);
    await mine.ask("DELETE", `/relite/devices/${mine.phone.did}`);
    await mine.ask("DELETE", `/relite/app-passwords/${mine.password.id}`);
    await dav.server.close();
    await rm(ledgerOf(dav));
    await dav.restart();
    const kinds = (await readFile(ledgerOf(dav), "utf8")).match(/"what":"[a-z-]+"/g);
    expect(kinds?.sort()).toEqual(['"what":"credential-revoked"', '"what":"device-lost"']);
  });

  const torn = '\n{"what":"device-lost","owner":"did:ke';
  const foreign = [
    "\nnonsense",
    "\n[]\nnull\n1\n{}",
    '\n{"what":"owner-disabled","owner":"did:key:zNobody","atMs":-1}',
    '\n{"what":"owner-disabled","owner":"OWNER","atMs":1,"more":1}',
    '\n{"what":"owner-disabled","owner":["OWNER"],"atMs":1}',
    '\n{"what":"token-revoked","owner":"OWNER","tokenId":"x","cid":"","issuer":"x","challenge":null,"createdMs":1,"expiresMs":1}',
    "\n\0\0\0\0\0\0",
    `\n{"__proto__":{"what":"owner-disabled"},"owner":"OWNER","atMs":1}`,
  ];
  it.each([
    ["torn", torn],
    ["foreign", foreign.join("")],
  ])("[AL3] a %s line closes nothing and takes no other along", async (_kind, line) => {
    await using dav = await start();
    const mine = await doors(dav, dav.owner);
    await mine.ask("DELETE", `/relite/devices/${mine.phone.did}`);
    const db = new Database(join(dav.folder, "dav/endpoint.db"));
    await dav.server.close();
    await appendFile(ledgerOf(dav), line.replaceAll("OWNER", dav.owner.did));
    // As a database from before the loss would be.
    db.exec("DELETE FROM lost_devices");
    db.close();
    await dav.restart();
    expect(await mine.statuses()).toEqual({ ...open, phone: 401 });
    await mine.ask("DELETE", `/relite/app-passwords/${mine.password.id}`);
    await dav.restart();
    expect(await mine.statuses()).toEqual({ ...open, phone: 401, password: 401 });
    expect(await fsck(dav)).toMatchObject({ code: 0, err: "" });
  });

  it("[AL3] where it cannot be written, nothing is closed and the answer says so", async () => {
    await using dav = await start();
    const mine = await doors(dav, dav.owner);
    await rm(ledgerOf(dav), { force: true });
    await mkdir(ledgerOf(dav));
    expect((await mine.ask("DELETE", `/relite/devices/${mine.phone.did}`)).status).toBe(500);
    expect((await mine.ask("DELETE", `/relite/app-passwords/${mine.password.id}`)).status).toBe(500);
    expect(await mine.statuses()).toEqual(open);
    const put = await mine.ask("PUT", "/dav/apps/test/f", "x", { capabilities: write });
    expect(put.status).toBe(201);
    await rm(ledgerOf(dav), { recursive: true });
    expect((await mine.ask("DELETE", `/relite/devices/${mine.phone.did}`)).status).toBe(204);
    expect(await mine.statuses()).toEqual({ ...open, phone: 401 });
  });
});
