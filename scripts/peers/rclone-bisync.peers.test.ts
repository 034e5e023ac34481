import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plantAwkwardTree, plantFile } from "./awkward-tree.ts";
import { bytesBelow } from "./bytes-below.ts";
import { isKeepable } from "./keepable-names.ts";
import { type OwnedEndpoint, startOwnedEndpoint } from "./owned-endpoint.ts";
import { ensureProgram } from "./packages.ts";
import { runProgram } from "./run-program.ts";

const { available, reason } = ensureProgram("rclone", "rclone");

describe.skipIf(!available)(`rclone bisync on our endpoint ${reason}`, () => {
  let endpoint: OwnedEndpoint;
  let login: readonly string[];
  let savedSec = 1_600_000_000;

  beforeAll(async () => {
    endpoint = await startOwnedEndpoint("bisync");
    const { out } = await runProgram("rclone", ["obscure", await endpoint.appPassword()]);
    const url = `http://127.0.0.1:${endpoint.port}/remote.php/dav/files/bisync`;
    login = ["--webdav-url", url, "--webdav-user", "bisync", "--webdav-pass", out.trim()];
    for (const device of ["one", "two"]) mkdirSync(join(endpoint.folder, device));
    write("one", "first.txt", "first");
    plantAwkwardTree(join(endpoint.folder, "one/awkward"), isKeepable);
  });
  afterAll(() => endpoint[Symbol.asyncDispose]());

  /** A device's folder and the endpoint, in step by what the device remembers of the last time. */
  const bisync = (device: string, options: readonly string[] = [], before: readonly string[] = []) => {
    const [program = "", ...args] = [...before, "rclone"];
    const config = ["--config", "/dev/null", "--webdav-vendor", "nextcloud", ...login];
    const work = ["--workdir", join(endpoint.folder, `work-${device}`)];
    const ends = [join(endpoint.folder, device), ":webdav:"];
    return runProgram(program, [...args, "bisync", "-v", ...work, ...config, ...options, ...ends]);
  };
  const filesOf = (device: string) => bytesBelow(join(endpoint.folder, device));
  const write = (device: string, name: string, text: string) => {
    const path = join(endpoint.folder, device, name);
    writeFileSync(path, text);
    savedSec += 60;
    utimesSync(path, savedSec, savedSec);
  };
  const read = (device: string, name: string) => readFileSync(join(endpoint.folder, device, name), "utf8");

  it("[CL6] two devices and the endpoint hold the same, awkward names too", async () => {
    for (const device of ["one", "two"])
      expect(await bisync(device, ["--resync"])).toMatchObject({ code: 0 });
    expect(filesOf("two")).toEqual(filesOf("one"));
    expect(filesOf("two").size).toBeGreaterThan(40);
    for (const device of ["one", "two"])
      expect(await bisync(device)).toMatchObject({
        code: 0,
        err: expect.stringContaining("No changes found"),
      });
  });

  it("[CL6] changes and deletions on both sides come to both", async () => {
    write("one", "first.txt", "changed by one");
    write("one", "awkward/new.txt", "made by one");
    rmSync(join(endpoint.folder, "one/awkward/plain.epub"));
    rmSync(join(endpoint.folder, "two/awkward/it's.epub"));
    write("two", "two.txt", "made by two");
    for (const device of ["one", "two", "one"]) expect(await bisync(device)).toMatchObject({ code: 0 });
    expect(filesOf("two")).toEqual(filesOf("one"));
    expect([read("two", "first.txt"), read("one", "two.txt")]).toEqual(["changed by one", "made by two"]);
    for (const name of ["plain.epub", "it's.epub"])
      expect(existsSync(join(endpoint.folder, "two/awkward", name))).toBe(false);
  });

  it("[CL6] of two changes of one file both are kept", async () => {
    write("one", "first.txt", "again by one");
    write("two", "first.txt", "at once by two");
    for (const device of ["one", "two", "one"]) expect(await bisync(device)).toMatchObject({ code: 0 });
    expect(filesOf("two")).toEqual(filesOf("one"));
    const kept = [...filesOf("one").keys()].filter((name) => name.startsWith("first.txt"));
    expect(new Set(kept.map((name) => read("one", name)))).toEqual(
      new Set(["again by one", "at once by two"]),
    );
  });

  it("[CL6] a run that was killed is taken up again with --resync, and nothing is lost", async () => {
    for (let index = 0; index < 30; index += 1)
      plantFile(endpoint.folder, `one/many/${index}.txt`, 1_000 + index);
    const slow = ["--tpslimit", "12", "--transfers", "1"];
    const killed = await bisync("one", slow, ["timeout", "--signal", "KILL", "6"]);
    expect(killed.code).not.toBe(0);
    expect((await bisync("one")).code).not.toBe(0);
    rmSync(join(endpoint.folder, "work-one"), { recursive: true });
    expect(await bisync("one", ["--resync"])).toMatchObject({ code: 0 });
    expect(await bisync("two")).toMatchObject({ code: 0 });
    expect(filesOf("two")).toEqual(filesOf("one"));
    expect([...filesOf("two").keys()].filter((name) => name.startsWith("many/"))).toHaveLength(30);
    expect(await endpoint.relite("fsck")).toContain("clean");
  });
});
