import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awkwardOthers, awkwardPaths, plantAwkwardTree, plantFile } from "./awkward-tree.ts";
import { bytesBelow } from "./bytes-below.ts";
import { isKeepable } from "./keepable-names.ts";
import { type OwnedEndpoint, startOwnedEndpoint } from "./owned-endpoint.ts";
import { ensureProgram } from "./packages.ts";
import { runProgram } from "./run-program.ts";

const { available, reason } = ensureProgram("rclone", "rclone");

describe.skipIf(!available)(`rclone on our endpoint ${reason}`, () => {
  let endpoint: OwnedEndpoint;
  let up = "";

  const rclone = (args: readonly string[], tokenOptions: readonly string[] = []) => {
    const remote = [
      "--config",
      "/dev/null",
      "--webdav-url",
      endpoint.url,
      "--webdav-bearer-token-command",
      endpoint.tokenCommand(...tokenOptions),
    ];
    return runProgram("rclone", [...args, ...remote, "--retries", "1"]);
  };

  beforeAll(async () => {
    endpoint = await startOwnedEndpoint("rclone");
    up = join(endpoint.folder, "up");
    plantAwkwardTree(up, isKeepable);
    plantFile(up, "empty.epub", 0);
    writeFileSync(join(up, "large.txt"), randomBytes(15 * 1024 ** 2).toString("hex"));
  });
  afterAll(() => endpoint[Symbol.asyncDispose]());

  it("[DV4] copies a tree of awkward names up, finds it whole, and copies it down byte for byte", async () => {
    expect(await rclone(["copy", up, ":webdav:tree"])).toMatchObject({ code: 0 });
    expect(await rclone(["check", "--download", up, ":webdav:tree"])).toMatchObject({
      code: 0,
      err: expect.stringContaining("0 differences found"),
    });
    const down = join(endpoint.folder, "down");
    expect(await rclone(["copy", ":webdav:tree", down])).toMatchObject({ code: 0 });
    expect(bytesBelow(down)).toEqual(bytesBelow(up));
    const awkward = [...awkwardPaths, ...awkwardOthers].filter(isKeepable);
    expect(awkward.length).toBeGreaterThanOrEqual(40);
    expect([...bytesBelow(down).keys()]).toEqual(expect.arrayContaining(awkward));
  });

  it("[DV4] a second copy sends nothing", async () => {
    const again = await rclone(["copy", "--size-only", "-v", up, ":webdav:tree"]);
    expect(again).toMatchObject({ code: 0, err: expect.stringContaining("nothing to transfer") });
  });

  it("[DP6] keeps modification times, and by them a second sync sends nothing", async () => {
    const timed = join(endpoint.folder, "timed");
    plantFile(timed, "a/old.epub", 10);
    utimesSync(join(timed, "a/old.epub"), 1_000_000_000, 1_000_000_000);
    const owncloud = ["--webdav-vendor", "owncloud", "-v"];
    expect(await rclone(["sync", ...owncloud, timed, ":webdav:timed"])).toMatchObject({ code: 0 });
    const [, time = ""] =
      /"ModTime":"([^"]+)"/.exec((await rclone(["lsjson", "-R", "--files-only", ":webdav:timed"])).out) ?? [];
    expect(Date.parse(time)).toBe(1_000_000_000_000);
    const again = await rclone(["sync", ...owncloud, timed, ":webdav:timed"]);
    expect(again).toMatchObject({ code: 0, err: expect.stringContaining("nothing to transfer") });
  });

  it("[CL7] as vendor nextcloud it compares checksums, and finds a change by nothing else", async () => {
    const hashed = join(endpoint.folder, "hashed");
    for (const [index, name] of ["a.txt", "b/c.txt", "empty"].entries())
      plantFile(hashed, name, index * 70_000);
    const nextcloud = ["--webdav-vendor", "nextcloud", "-v"];
    const there = ":webdav:hashed";
    expect(await rclone(["copy", ...nextcloud, hashed, there])).toMatchObject({ code: 0 });
    const checked = await rclone(["check", ...nextcloud, hashed, there]);
    expect(checked).toMatchObject({ code: 0, err: expect.stringContaining("3 matching files") });
    expect(checked.err).not.toContain("hashes could not be checked");
    // ownCloud's own server knows MD5 of everything, too; here it is what the client sent.
    for (const vendor of ["nextcloud", "owncloud"]) {
      const sums = async (where: string) =>
        (await rclone(["sha1sum", "--webdav-vendor", vendor, where])).out.split("\n").sort();
      expect(await sums(there)).toEqual(await sums(hashed));
    }
    const { mtimeMs } = statSync(join(hashed, "b/c.txt"));
    writeFileSync(join(hashed, "b/c.txt"), "x".repeat(70_000));
    utimesSync(join(hashed, "b/c.txt"), mtimeMs / 1_000, mtimeMs / 1_000);
    const again = await rclone(["copy", "--checksum", ...nextcloud, hashed, there]);
    expect(again).toMatchObject({ code: 0, err: expect.stringContaining("b/c.txt: Copied") });
    expect(again.err).not.toContain("a.txt: Copied");
  });

  it("[DV12] moves a folder, and purges one", async () => {
    expect(await rclone(["moveto", ":webdav:tree/long", ":webdav:tree/100%/# long?"])).toMatchObject({
      code: 0,
    });
    const moved = await rclone(["lsf", "-R", "--files-only", ":webdav:tree/100%/# long?"]);
    expect(moved.out.trimEnd().split("\n")).toEqual(readdirSync(join(up, "long")));
    expect(await rclone(["purge", ":webdav:tree/100%"])).toMatchObject({ code: 0 });
    expect((await rclone(["lsf", ":webdav:tree"])).out).not.toContain("100%/\n");
  });

  it("[DV8] reads the middle of a file", async () => {
    const middle = await rclone(["cat", "--offset", "20000000", "--count", "99", ":webdav:tree/large.txt"]);
    const text = readFileSync(join(up, "large.txt"), "utf8");
    expect(middle).toMatchObject({ code: 0, out: text.slice(20_000_000, 20_000_099) });
  });

  it("[DV4] what the endpoint cannot keep is refused, and nothing else with it", async () => {
    const odd = join(endpoint.folder, "odd");
    plantFile(odd, "back\\slash.epub", 10);
    plantFile(odd, "fine.epub", 11);
    const copied = await rclone(["copy", odd, ":webdav:odd"]);
    expect(copied.code).not.toBe(0);
    expect(copied.err).toContain("400 Bad Request");
    expect((await rclone(["lsf", ":webdav:odd"])).out).toBe("fine.epub\n");
  });

  it("[UCAN8] a token that runs out in the middle is asked for again", async () => {
    const many = join(endpoint.folder, "many");
    for (let index = 0; index < 24; index += 1) plantFile(many, `${index}.epub`, 100 + index);
    const slow = ["--tpslimit", "12", "--transfers", "1", "--checkers", "1"];
    expect(await rclone(["copy", ...slow, many, ":webdav:many"], ["--ttl", "3s"])).toMatchObject({ code: 0 });
    expect((await rclone(["lsf", ":webdav:many"])).out.trimEnd().split("\n")).toHaveLength(24);
  });

  it("[DV23] a token to read is refused a write, and one for a folder everything else", async () => {
    const refused = await rclone(["copy", up, ":webdav:other"], ["--can", "read"]);
    expect(refused.code).not.toBe(0);
    expect(refused.err).toContain("403 Forbidden");
    const inside = ["--path", "many", "--can", "read"];
    expect(await rclone(["lsf", ":webdav:many"], inside)).toMatchObject({ code: 0 });
    expect((await rclone(["lsf", ":webdav:tree"], inside)).err).toContain("403 Forbidden");
  });

  it("[DV40] what all this left is sound", async () => {
    expect(await endpoint.relite("fsck")).toContain("clean");
  });
});
