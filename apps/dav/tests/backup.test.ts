import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runBackup, runFsck, runOwners, runRestore, runStats } from "../src/admin/index.ts";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { runCommand } from "../src/testing/run-command.ts";
import { sync } from "./sync-client.ts";

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "relite-backup-"));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const at = (...names: string[]) => join(scratch, ...names);
const large = (byte: number, bytes = 100_000) => new Uint8Array(bytes).fill(byte);
const backup = (dav: TestServer, folder: string, ...more: string[]) =>
  runCommand(runBackup, folder, "--data", dav.folder, ...more);
const fsck = (folder: string) => runCommand(runFsck, "--data", folder);

/** Stops the server, brings a backup into its place, and starts it again. */
async function restoreTo(dav: TestServer, folder: string) {
  await dav.server.close();
  const restored = await runCommand(runRestore, folder, "--replace", "--data", dav.folder);
  await dav.restart();
  return restored;
}

async function blobsOf(folder: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, "dav/blobs/content"), { recursive: true });
  return names.filter((name) => name.length > 60).sort();
}

describe("backup and restore", () => {
  it("[ST13] a backup taken under 8 writers is one moment, has every write acknowledged before, and is restored", async () => {
    await using dav = await startTestServer({ env: { DAV_VERSIONS_KEEP: "0s" } });
    const acknowledged = new Map<number, number>();
    let isOver = false;
    const write = async (writer: number) => {
      for (let count = 1; !isOver; count += 1) {
        // The first of a pair is never behind the second, and never more than one ahead.
        for (const which of ["a", "b"]) {
          const body = `${count} `.padEnd(writer % 2 === 0 ? 100 : 90_000, String(writer));
          const answer = await dav.request("PUT", `${which}${writer}`, { body });
          expect(answer.status).toBeLessThan(300);
        }
        acknowledged.set(writer, count);
      }
    };
    const writers = Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
    while (acknowledged.size < 8) await dav.request("GET", "none");
    const before = new Map(acknowledged);
    const taken = await backup(dav, at("moment"), "--json");
    expect(taken).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(taken.out)).toMatchObject({ isVerified: true, problems: [] });
    isOver = true;
    await writers;
    expect(await fsck(at("moment"))).toMatchObject({ code: 0, err: "" });
    expect((await restoreTo(dav, at("moment"))).code).toBe(0);
    for (const [writer, count] of before) {
      const read = async (which: string) =>
        Number((await (await dav.request("GET", `${which}${writer}`)).text()).split(" ")[0]);
      const [first, second] = [await read("a"), await read("b")];
      expect(second).toBeGreaterThanOrEqual(count);
      expect([0, 1]).toContain(first - second);
    }
    expect(await fsck(dav.folder)).toMatchObject({ code: 0, err: "" });
  });

  it("[ST13] trash and versions are in it, uploads under way are not, and the sums are right", async () => {
    await using dav = await startTestServer();
    for (const byte of [1, 2]) await dav.request("PUT", "f", { body: large(byte) });
    await dav.request("PUT", "g", { body: large(3) });
    await dav.request("DELETE", "g");
    await dav.request("MKCOL", "/dav/uploads/test/u");
    expect((await dav.request("PUT", "/dav/uploads/test/u/1", { body: large(4) })).status).toBe(201);
    expect((await backup(dav, at("kept"))).code).toBe(0);
    expect(await fsck(at("kept"))).toMatchObject({ code: 0, err: "" });
    expect((await restoreTo(dav, at("kept"))).code).toBe(0);
    expect(await fsck(dav.folder)).toMatchObject({ code: 0, err: "" });
    const { out } = await runCommand(runStats, "--json", "--data", dav.folder);
    expect(JSON.parse(out)).toMatchObject({
      kept: {
        trash: { items: 1, bytes: 100_000 },
        versions: { items: 1, bytes: 100_000 },
        uploads: { items: 0, bytes: 0 },
      },
      largest: [{ usedBytes: 300_000 }],
    });
  });

  it("[ST14] run again it copies what is new, removes what is old, and mends what went bad in it", async () => {
    await using dav = await startTestServer({ env: { DAV_TRASH_KEEP: "0s", DAV_VERSIONS_KEEP: "0s" } });
    const folder = at("again");
    for (const byte of [1, 2, 3]) await dav.request("PUT", `f${byte}`, { body: large(byte) });
    const run = async (...more: string[]) => {
      const { code, out } = await backup(dav, folder, "--json", ...more);
      return [code, JSON.parse(out)];
    };
    expect(await run()).toMatchObject([0, { contents: 3, copied: 3, removed: 0 }]);
    await dav.request("PUT", "f4", { body: large(4) });
    await dav.request("DELETE", "f1");
    expect(await run("--quick")).toMatchObject([
      0,
      { contents: 3, copied: 1, removed: 1, isVerified: false },
    ]);
    expect(await blobsOf(folder)).toHaveLength(3);
    const [bad = ""] = await blobsOf(folder);
    await writeFile(join(folder, "dav/blobs/content", bad), large(9));
    expect(await run()).toMatchObject([1, { copied: 0, problems: [{ subject: bad.slice(-64) }] }]);
    expect(await run()).toMatchObject([0, { copied: 1, problems: [] }]);
    expect((await fsck(folder)).code).toBe(0);
    // A link serves both, and needs no space.
    expect((await backup(dav, at("linked"), "--link")).code).toBe(0);
    const [one = ""] = await blobsOf(dav.folder);
    const inode = async (top: string) => (await stat(join(top, "dav/blobs/content", one))).ino;
    expect(await inode(at("linked"))).toBe(await inode(dav.folder));
    expect((await fsck(at("linked"))).code).toBe(0);
    // What is damaged at its source is named, and the backup keeps the good copy it has.
    await writeFile(join(dav.folder, "dav/blobs/content", one), large(8, 99_999));
    expect(await run()).toMatchObject([0, { copied: 0, problems: [] }]);
    const { code, out } = await backup(dav, at("from-damaged"), "--json");
    expect([code, JSON.parse(out).problems]).toMatchObject([
      1,
      [{ subject: one.slice(-64), problem: /damaged/ }],
    ]);
  });

  it("[ST15] after a restore no sync token of the lost time holds, and older ones tell the truth", async () => {
    await using dav = await startTestServer();
    await dav.request("PUT", "kept", { body: large(1) });
    const older = await sync(dav, "");
    await dav.request("PUT", "in-backup", { body: "2" });
    expect((await backup(dav, at("tokens"))).code).toBe(0);
    await dav.request("PUT", "lost", { body: "3" });
    await dav.request("DELETE", "kept");
    const lost = await sync(dav, "");
    expect((await restoreTo(dav, at("tokens"))).code).toBe(0);
    expect((await sync(dav, lost.token)).status).toBe(403);
    expect([...(await sync(dav, older.token)).changes.keys()]).toEqual(["in-backup"]);
    expect(new Uint8Array(await (await dav.request("GET", "kept")).arrayBuffer())).toEqual(large(1));
    // Or without restoring: an endpoint on a copy of the backup itself.
    await dav.server.close();
    await rm(join(dav.folder, "dav"), { recursive: true });
    await cp(at("tokens", "dav"), join(dav.folder, "dav"), { recursive: true });
    await dav.restart();
    expect((await sync(dav, lost.token)).status).toBe(403);
    expect((await dav.request("GET", "in-backup")).status).toBe(200);
    expect((await dav.request("PUT", "new", { body: "4" })).status).toBe(201);
  });

  it("[ST15] refuses what it would ruin: a running endpoint, data that is there, a folder that is no backup", async () => {
    await using dav = await startTestServer();
    await dav.request("PUT", "f", { body: large(1) });
    const refusal = async (command: typeof runBackup, ...args: string[]) => {
      const { code, out, err } = await runCommand(command, ...args);
      expect([code, out]).toEqual([1, ""]);
      expect(err.trim().split("\n")).toHaveLength(1);
      return err;
    };
    const data = ["--data", dav.folder];
    expect((await backup(dav, at("good"))).code).toBe(0);
    expect(await refusal(runRestore, at("good"), ...data)).toContain("--replace");
    expect(await refusal(runRestore, at("good"), "--replace", ...data)).toContain("stop the endpoint");
    expect(await refusal(runRestore, at("nothing-here"), ...data)).toContain("is no backup");
    expect(await refusal(runRestore, dav.folder, ...data)).toContain("is no backup");
    expect(await refusal(runBackup, dav.folder, ...data)).toContain("inside the data");
    expect(await refusal(runBackup, join(dav.folder, "dav/blobs"), ...data)).toContain("inside the data");
    await using other = await startTestServer();
    await other.server.close();
    expect(await refusal(runBackup, other.folder, ...data)).toContain("not a backup");
    await other.restart();
    expect(await refusal(runBackup, other.folder, ...data)).toContain("in use");
    expect((await runCommand(runBackup, ...data)).code).toBe(2);
    expect((await runCommand(runRestore)).code).toBe(2);
    // What was replaced is put aside, whole.
    await dav.server.close();
    expect((await runCommand(runRestore, at("good"), "--replace", ...data)).code).toBe(0);
    const [aside = ""] = (await readdir(dav.folder)).filter((name) => name.startsWith("dav.replaced-"));
    expect(await readdir(join(dav.folder, aside))).toContain("endpoint.db");
    expect(await readdir(dav.folder)).toHaveLength(2);
    await dav.restart();
  });

  it("[ST15] a backup is looked at without coming into use, and moves to another machine", async () => {
    await using dav = await startTestServer();
    await dav.request("PUT", "f", { body: large(1) });
    await backup(dav, at("looked-at"));
    const bytes = await readFile(at("looked-at", "dav/endpoint.db"));
    expect((await runCommand(runStats, "--json", "--data", at("looked-at"))).code).toBe(0);
    expect((await runCommand(runOwners, "list", "--data", at("looked-at"))).out).toContain(dav.owner.did);
    expect((await fsck(at("looked-at"))).code).toBe(0);
    expect((await readFile(at("looked-at", "dav/endpoint.db"))).byteLength).toBe(bytes.byteLength);
    expect((await backup(dav, at("looked-at"))).code).toBe(0);
    const moved = at("new", "machine");
    expect((await runCommand(runRestore, at("looked-at"), "--data", moved)).code).toBe(0);
    expect((await fsck(moved)).code).toBe(0);
    expect(await readdir(moved)).toEqual(["dav"]);
  });
});
