import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "@relite/core/testing";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBackup, runBackup } from "../src/admin/backup/run-backup.ts";
import { createRestore, runRestore } from "../src/admin/backup/run-restore.ts";
import { createExport } from "../src/admin/export/run-export.ts";
import { createTargetFiles } from "../src/admin/export/target-files.ts";
import { createImport } from "../src/admin/import/run-import.ts";
import { runExport, runFsck, runImport, runStats } from "../src/admin/index.ts";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { type DiskStep, failingDisk } from "../src/testing/failing-disk.ts";
import { listFolder } from "../src/testing/folder-listing.ts";
import { runCommand } from "../src/testing/run-command.ts";
import { endWithTest } from "./end-with-test.ts";
import { killWhen } from "./kill-when.ts";

let scratch: string;
let source: string;
const folders = 4;
const perFolder = 30;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "relite-faults-"));
  source = join(scratch, "source");
  for (let folder = 0; folder < folders; folder += 1) {
    await mkdir(join(source, `f${folder}`), { recursive: true });
    for (let file = 0; file < perFolder; file += 1) {
      const bytes = file % 10 === 0 ? 200_000 : 500;
      await writeFile(join(source, `f${folder}`, `${file}`), Buffer.alloc(bytes, file + 31 * folder));
    }
  }
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const at = (...names: string[]) => join(scratch, ...names);

function argsOf(dav: TestServer) {
  return ["--owner", dav.owner.did, "--data", dav.folder];
}

describe("commands on a failing disk", () => {
  it.each<[DiskStep, string]>([
    ["write", "ENOSPC"],
    ["create", "EDQUOT"],
    ["flushFolder", "ENOSPC"],
  ])(
    "[ST16] import: %s failing with %s ends it clearly, and running it again completes it",
    async (step, code) => {
      await using dav = await startTestServer();
      const disk = failingDisk();
      disk.fail(step, code);
      const failed = await runCommand(createImport(disk), source, "--app", "in", ...argsOf(dav));
      expect([failed.code, failed.out]).toEqual([1, ""]);
      expect(failed.err).toMatch(/full/);
      expect((await runCommand(runFsck, "--data", dav.folder)).code).toBe(0);
      disk.fail(step, null);
      expect((await runCommand(createImport(disk), source, "--app", "in", ...argsOf(dav))).code).toBe(0);
      expect((await runCommand(runExport, at(`in-${step}`), ...argsOf(dav))).code).toBe(0);
      expect(await listFolder(at(`in-${step}`, "in"))).toEqual(await listFolder(source));
    },
  );

  it("[ST16] import: a disk that fails for some files names them, and the rest comes", async () => {
    await using dav = await startTestServer();
    const disk = failingDisk();
    disk.fail("flush", "EIO");
    const { code, out } = await runCommand(
      createImport(disk),
      source,
      "--app",
      "in",
      "--json",
      ...argsOf(dav),
    );
    expect(code).toBe(1);
    const large = folders * Math.ceil(perFolder / 10);
    expect(JSON.parse(out)).toMatchObject({ imported: folders * perFolder - large });
    expect(JSON.parse(out).problems).toHaveLength(large);
  });

  it("[ST16] export: a full disk ends it clearly, leaves whole files only, and running it again completes it", async () => {
    await using dav = await startTestServer();
    await runCommand(runImport, source, "--app", "in", ...argsOf(dav));
    let left = 150_000;
    const full = (folder: string) => {
      const files = createTargetFiles(folder);
      return {
        ...files,
        async createPart() {
          const part = await files.createPart();
          return {
            ...part,
            async write(bytes: Uint8Array) {
              left -= bytes.byteLength;
              if (left < 0) throw Object.assign(new Error("injected"), { code: "ENOSPC" });
              await part.write(bytes);
            },
          };
        },
      };
    };
    const failed = await runCommand(createExport(full), at("out"), ...argsOf(dav));
    expect(failed).toMatchObject({ code: 1, out: "", err: expect.stringMatching(/^no space left/) });
    const whole = await listFolder(source, { times: false });
    const partly = await listFolder(at("out", "in"), { times: false });
    expect(Object.keys(partly).length).toBeGreaterThan(1);
    expect(whole).toMatchObject(partly);
    left = Number.MAX_SAFE_INTEGER;
    expect((await runCommand(createExport(full), at("out"), ...argsOf(dav))).code).toBe(0);
    expect(await listFolder(at("out", "in"))).toEqual(await listFolder(source));
    expect(await readdir(at("out"))).not.toContain(".relite-parts");
  });

  it.each<[DiskStep, string, RegExp]>([
    ["write", "ENOSPC", /no space left/],
    ["flush", "EIO", /failed/],
    ["rename", "EIO", /./],
    ["flushFolder", "EIO", /./],
  ])("[ST16] backup: %s failing with %s leaves the backup that was there", async (step, code, told) => {
    await using dav = await startTestServer();
    await dav.request("PUT", "first", { body: new Uint8Array(200_000).fill(1) });
    const folder = at(`backup-${step}`);
    expect((await runCommand(runBackup, folder, "--data", dav.folder)).code).toBe(0);
    await dav.request("PUT", "second", { body: new Uint8Array(200_000).fill(2) });
    const disk = failingDisk();
    disk.fail(step, code);
    const failed = await runCommand(createBackup(disk), folder, "--data", dav.folder);
    expect([failed.code, failed.err]).toEqual([1, expect.stringMatching(told)]);
    const restored = await runCommand(runRestore, folder, "--data", at(`restored-${step}`));
    disk.fail(step, null);
    if (step !== "flush") {
      expect(restored.code).toBe(0);
      const stats = await runCommand(runStats, "--json", "--data", at(`restored-${step}`));
      expect(JSON.parse(stats.out).files).toBe(1);
    }
    expect((await runCommand(createBackup(disk), folder, "--data", dav.folder)).code).toBe(0);
    const stats = await runCommand(runStats, "--json", "--data", folder);
    expect(JSON.parse(stats.out).files).toBe(2);
    disk.fail("write", "ENOSPC");
    const target = at(`new-${step}`);
    expect((await runCommand(createRestore(disk), folder, "--data", target)).err).toMatch(/no space left/);
    expect((await runCommand(runRestore, folder, "--data", target)).code).toBe(0);
    expect((await runCommand(runFsck, "--data", target)).code).toBe(0);
    expect(await readdir(target)).toEqual(["dav"]);
  });

  it("[ST16] a target that may not be written is one clear line", async () => {
    await using dav = await startTestServer();
    await writeFile(at("a-file"), "");
    for (const [command, more] of [
      [runExport, argsOf(dav)],
      [runBackup, ["--data", dav.folder]],
    ] as const) {
      for (const target of [at("a-file"), "/proc/relite-none"]) {
        const { code, out, err } = await runCommand(command, target, ...more);
        expect([code, out]).toEqual([1, ""]);
        expect(err.trim().split("\n")).toHaveLength(1);
      }
    }
  });
});

it("[ST6] an import in another process refuses no write of the endpoint's own clients", async () => {
  await using dav = await startTestServer();
  const script = join(import.meta.dirname, "command-process.ts");
  const args = ["import", source, "--app", "in", ...argsOf(dav)];
  const child = endWithTest(spawn(process.execPath, [script, ...args], { stdio: "ignore" }));
  const statuses = new Set<number>();
  const write = async (writer: number) => {
    for (let count = 0; child.exitCode === null; count += 1) {
      statuses.add((await dav.request("PUT", `w${writer}`, { body: `${count}` })).status);
    }
  };
  await Promise.all([0, 1, 2, 3].map(write));
  expect(child.exitCode).toBe(0);
  expect([...statuses].sort()).toEqual([201, 204]);
  expect((await runCommand(runFsck, "--data", dav.folder)).code).toBe(0);
});

describe("commands that are killed", () => {
  it("[ST17] import, killed at any moment: what is there is whole, and running it again completes it", async () => {
    await using dav = await startTestServer();
    const random = seededRandom(17);
    const db = new Database(join(dav.folder, "dav/endpoint.db"), { readonly: true });
    const files = db.prepare<[], { count: number }>("SELECT count(*) AS count FROM nodes WHERE kind = 1");
    const count = async () => files.get()?.count ?? 0;
    let killed = 0;
    for (let round = 0; round < 2; round += 1) {
      const goal = (await count()) + 5 + Math.floor(random() * 30);
      const args = ["import", source, "--app", "in", ...argsOf(dav)];
      if (await killWhen(args, async () => (await count()) >= goal)) killed += 1;
      expect((await runCommand(runFsck, "--data", dav.folder)).code).toBe(0);
    }
    db.close();
    expect(killed).toBeGreaterThan(0);
    expect((await runCommand(runImport, source, "--app", "in", ...argsOf(dav))).code).toBe(0);
    expect(await readdir(join(dav.folder, "dav/blobs/staging-import"))).toEqual([]);
    expect((await runCommand(runExport, at("killed"), ...argsOf(dav))).code).toBe(0);
    expect(await listFolder(at("killed", "in"))).toEqual(await listFolder(source));
  });

  it("[ST17] backup, killed at any moment: the one before is whole, and running it again completes it", async () => {
    await using dav = await startTestServer({ env: { DAV_VERSIONS_KEEP: "0s" } });
    const random = seededRandom(18);
    const folder = at("killed-backup");
    const blobs = async () =>
      (await readdir(join(folder, "dav/blobs"), { recursive: true }).catch(() => [])).length;
    let killed = 0;
    for (let round = 0; round < 2; round += 1) {
      for (let file = 0; file < 12; file += 1) {
        await dav.request("PUT", `${file}`, { body: new Uint8Array(300_000).fill(1 + file + 20 * round) });
      }
      const goal = (await blobs()) + 2 + Math.floor(random() * 30);
      if (await killWhen(["backup", folder, "--data", dav.folder], async () => (await blobs()) >= goal))
        killed += 1;
      const target = at(`killed-restore${round}`);
      const { code, err } = await runCommand(runRestore, folder, "--data", target);
      // Before the first one was whole there is none; after that there always is.
      if (code !== 0) expect([round, err]).toEqual([0, expect.stringContaining("is no backup")]);
      else expect((await runCommand(runFsck, "--data", target)).code).toBe(0);
      expect((await runCommand(runBackup, folder, "--data", dav.folder)).code).toBe(0);
      expect((await runCommand(runFsck, "--data", folder)).code).toBe(0);
    }
    expect(killed).toBeGreaterThan(0);
  });
});
