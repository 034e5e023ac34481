import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startTestServer } from "../testing/dav-fixture.ts";
import { runCommand } from "../testing/run-command.ts";
import { runFsck, runGc, runQuota, runStats } from "./index.ts";
import { bytesText, startProgress } from "./progress.ts";

const large = (byte: number) => new Uint8Array(100_000).fill(byte);

describe("stats", () => {
  it("[ST4] says what is kept, of a running endpoint too, for people and for programs", async () => {
    await using dav = await startTestServer({ env: { DAV_TRASH_KEEP: "0" } });
    await dav.request("PUT", "a", { body: large(1) });
    await dav.request("COPY", "a", { headers: { Destination: "/dav/apps/test/b" } });
    await dav.request("PUT", "small", { body: "small" });
    await dav.request("PUT", "gone", { body: large(2) });
    await dav.request("DELETE", "gone");
    const { code, out } = await runCommand(runStats, "--json", "--data", dav.folder);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      owners: 1,
      files: 3,
      fileBytes: 200_005,
      contents: 3,
      inlineBytes: 5,
      unreferenced: 1,
      unreferencedBytes: 100_000,
      largest: [{ did: dav.owner.did, usedBytes: 200_005, quotaBytes: null }],
    });
    expect(JSON.parse(out).dedupRatio).toBeCloseTo(2, 2);
    expect(JSON.parse(out).kept).toMatchObject({
      trash: { items: 0 },
      versions: { items: 0 },
      uploads: { items: 0 },
    });
    const told = await runCommand(runStats, "--data", dav.folder);
    expect(told.out).toMatch(/files +3 in \d+ collections, 195.3 KiB\n/);
    expect(told.out).toContain(dav.owner.did);
  });
});

describe("gc", () => {
  it("[ST5] drops what nothing refers to, says what it freed, and only looks with --dry-run", async () => {
    await using dav = await startTestServer({ env: { DAV_CHANGES_KEEP: "1ms", DAV_TRASH_KEEP: "0" } });
    await dav.request("PUT", "kept", { body: large(1) });
    await dav.request("PUT", "gone", { body: large(2) });
    await dav.request("DELETE", "gone");
    const content = join(dav.folder, "dav/blobs/content");
    const count = async () =>
      (await readdir(content, { recursive: true })).filter((name) => name.length > 40);
    await mkdir(join(dav.folder, "dav/blobs/staging-import"), { recursive: true });
    await writeFile(join(dav.folder, "dav/blobs/staging-import/left"), "over");
    expect((await runCommand(runGc, "--data", dav.folder)).out).toContain("without a file 0");
    const { openStorage } = await import("../context.ts");
    const { readConfig } = await import("../config.ts");
    const storage = await openStorage(readConfig({ DAV_DATA_DIR: dav.folder }));
    storage.db.exec("UPDATE contents SET unreferenced_ms = 1 WHERE unreferenced_ms IS NOT NULL");
    storage.db.exec("UPDATE changes SET at_ms = 1");
    storage.db.close();
    const { utimes } = await import("node:fs/promises");
    for (const name of await count()) await utimes(join(content, name), 1, 1);
    const dry = await runCommand(runGc, "--dry-run", "--json", "--data", dav.folder);
    expect(JSON.parse(dry.out)).toMatchObject({
      dryRun: true,
      contents: { count: 1, bytes: 100_000 },
      isRunning: true,
    });
    expect(JSON.parse(dry.out).changes).toBeGreaterThan(2);
    expect(await count()).toHaveLength(2);
    const wet = await runCommand(runGc, "--json", "--data", dav.folder);
    expect(JSON.parse(wet.out)).toMatchObject({
      contents: { count: 1, bytes: 100_000 },
      changes: JSON.parse(dry.out).changes,
      databaseBytes: 0,
    });
    expect(await count()).toHaveLength(1);
    expect(await readdir(join(dav.folder, "dav/blobs/staging-import"))).toEqual([]);
    expect((await dav.request("GET", "kept")).status).toBe(200);
    expect((await runCommand(runFsck, "--data", dav.folder)).code).toBe(0);
    await dav.server.close();
    expect(JSON.parse((await runCommand(runGc, "--json", "--data", dav.folder)).out).isRunning).toBe(false);
    await dav.restart();
  });
});

describe("commands on data", () => {
  it.each([
    [["word"], 2],
    [["--nonsense"], 2],
    [["--data", "/nowhere/at/all"], 1],
    [["--help"], 0],
  ])("[ST6] stats %j: exit code %i and one clear line", async (args, expected) => {
    const { code, out, err } = await runCommand(runStats, ...args);
    expect(code).toBe(expected);
    expect((expected === 0 ? out : err).trim().split("\n").length).toBeGreaterThanOrEqual(1);
    if (expected !== 0) expect(err.trim().split("\n")).toHaveLength(1);
  });

  it("[ST6] a folder without data is not made one by looking at it", async () => {
    await using dav = await startTestServer();
    for (const command of [runStats, runGc, runFsck]) {
      const { code, err } = await runCommand(command, "--data", join(dav.folder, "typo"));
      expect([code, err]).toEqual([1, expect.stringContaining("there is no endpoint's data")]);
    }
    expect(await readdir(dav.folder)).toEqual(["dav"]);
  });

  it("[ST6] data of a newer version is refused clearly", async () => {
    await using dav = await startTestServer();
    await dav.server.close();
    const { default: Database } = await import("better-sqlite3");
    const db = new Database(join(dav.folder, "dav/endpoint.db"));
    const version = db.pragma("user_version", { simple: true });
    db.pragma("user_version = 9999");
    const { code, err } = await runCommand(runStats, "--data", dav.folder);
    expect([code, err]).toEqual([1, "The data folder was written by a newer version of Relite\n"]);
    db.pragma(`user_version = ${version}`);
    db.close();
    await dav.restart();
  });

  it("[ST6] quota is short for owners quota", async () => {
    await using dav = await startTestServer();
    expect((await runCommand(runQuota, dav.owner.did, "1K", "--data", dav.folder)).code).toBe(0);
    expect((await dav.request("PUT", "f", { body: large(1) })).status).toBe(507);
    expect((await runCommand(runQuota, dav.owner.did, "none", "--data", dav.folder)).code).toBe(0);
    expect((await dav.request("PUT", "f", { body: large(1) })).status).toBe(201);
  });
});

describe("progress", () => {
  it("[ST6] is a bar on a terminal and a line now and then elsewhere", () => {
    const [drawn, lines]: [string[], string[]] = [[], []];
    let nowMs = 0;
    const io = { out: () => {}, err: (line: string) => void lines.push(line), env: {} };
    const options = { title: "export", unit: "bytes", total: 4096 } as const;
    const terminal = { columns: 200, write: (text: string) => void drawn.push(text) };
    const bar = startProgress({ ...io, terminal }, () => nowMs, options);
    bar.add(1024);
    expect(drawn).toEqual([]);
    nowMs = 1_000;
    bar.add(1024);
    expect(drawn).toEqual([
      `\r\x1b[2Kexport ${"█".repeat(12)}${"░".repeat(12)} 50 % (2.0 KiB of 4.0 KiB, 1 s left)`,
    ]);
    bar.note("a file failed");
    bar.end();
    expect([drawn.at(-1), lines]).toEqual(["\r\x1b[2K", ["a file failed"]]);
    const plain = startProgress(io, () => nowMs, options);
    plain.add(1);
    nowMs += 10_000;
    plain.add(1023);
    plain.end();
    expect(lines.at(-1)).toBe("export: 25 % (1.0 KiB of 4.0 KiB, 30 s left)");
    expect([0, 1023, 1024, 3 * 1024 ** 4].map(bytesText)).toEqual([
      "0 bytes",
      "1023 bytes",
      "1.0 KiB",
      "3.0 TiB",
    ]);
  });
});

describe("fsck", () => {
  it("[ST7] --repair counts sums and marks content anew, and names the files of what is lost", async () => {
    await using dav = await startTestServer();
    await dav.request("MKCOL", "c");
    await dav.request("PUT", "c/lost", { body: large(1) });
    await dav.request("COPY", "c/lost", { headers: { Destination: "/dav/apps/test/copy" } });
    await dav.request("PUT", "kept", { body: large(2) });
    const { default: Database } = await import("better-sqlite3");
    const db = new Database(join(dav.folder, "dav/endpoint.db"));
    db.exec("UPDATE owners SET used_bytes = 7, used_nodes = 1");
    db.exec("UPDATE contents SET unreferenced_ms = 5");
    const fsck = async (...args: string[]) => runCommand(runFsck, ...args, "--data", dav.folder);
    expect((await fsck()).code).toBe(1);
    const repaired = await fsck("--repair", "--json");
    expect([repaired.code, JSON.parse(repaired.out)]).toMatchObject([
      0,
      { problems: [], repaired: { sums: 1, marks: 2 } },
    ]);
    expect(db.prepare("SELECT used_bytes AS bytes FROM owners").get()).toEqual({ bytes: 300_000 });
    expect((await fsck("--repair")).out).toContain("repaired 0 sums, 0 marks");
    const lost =
      db.prepare<[], { hash: string }>("SELECT hash FROM nodes WHERE name = 'lost'").get()?.hash ?? "";
    db.close();
    await writeFile(join(dav.folder, "dav/blobs/content/1", lost.slice(0, 2), lost), "torn");
    const told = await fsck("--repair");
    expect([told.code, told.err]).toEqual([
      1,
      `content_damaged owner 1: ${lost} (/apps/test/c/lost, /apps/test/copy)\n`,
    ]);
    expect((await dav.request("PUT", "again", { body: large(1) })).status).toBe(201);
    expect((await fsck()).code).toBe(0);
  });
});
