import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bytesBelow } from "./bytes-below.ts";
import { type OwnedEndpoint, startOwnedEndpoint } from "./owned-endpoint.ts";
import { ensureProgram } from "./packages.ts";
import { runProgram } from "./run-program.ts";
import { signInByBrowser } from "./sign-in-by-browser.ts";

const programs = [
  { program: "nextcloudcmd", debianPackage: "nextcloud-desktop-cmd" },
  { program: "owncloudcmd", debianPackage: "owncloud-client-cmd" },
];

// Larger than what either client sends in one piece here.
const largeBytes = 17 * 1024 ** 2;
const chunks = {
  OWNCLOUD_CHUNK_SIZE: "4000000",
  OWNCLOUD_MIN_CHUNK_SIZE: "2000000",
  OWNCLOUD_MAX_CHUNK_SIZE: "4000000",
};

describe.each(programs)("$program on our endpoint", ({ program, debianPackage }) => {
  const { available, reason } = ensureProgram(program, debianPackage);
  if (!available) return it.skip(reason, () => {});
  let endpoint: OwnedEndpoint;
  let password: string;
  let [one, two] = ["", ""];

  beforeAll(async () => {
    endpoint = await startOwnedEndpoint("sync");
    password = await endpoint.appPassword();
    [one, two] = [join(endpoint.folder, "one"), join(endpoint.folder, "two")];
    for (const folder of [one, two, join(endpoint.folder, "home")]) mkdirSync(folder);
    writeFileSync(join(endpoint.folder, "exclude.lst"), "*.part\n");
    mkdirSync(join(one, "a/deep"), { recursive: true });
    mkdirSync(join(one, "Ünï 100% & more"));
    for (const name of ["plain.txt", "empty", "a/deep/x.txt", "Ünï 100% & more/#1 [a] 三体.txt"])
      writeFileSync(join(one, name), name === "empty" ? "" : `first ${name}`);
    writeFileSync(join(one, "large.bin"), Buffer.alloc(largeBytes, "large "));
  });
  afterAll(() => endpoint[Symbol.asyncDispose]());

  /** Synchronises a folder with the endpoint and answers what the program said of it. */
  async function sync(folder: string, as = password): Promise<{ code: number | null; said: string }> {
    const home = join(endpoint.folder, "home");
    const env = { HOME: home, XDG_CONFIG_HOME: home, QT_QPA_PLATFORM: "offscreen", ...chunks };
    const login = ["--non-interactive", "--user", "sync", "--password", as];
    const exclude = ["--exclude", join(endpoint.folder, "exclude.lst")];
    const origin = `http://127.0.0.1:${endpoint.port}/`;
    const { code, out, err } = await runProgram(program, [...login, ...exclude, folder, origin], { env });
    return { code, said: out + err };
  }
  /** Saved some seconds ago: what is newer is left for the next run. */
  let savedSec = Math.floor(Date.now() / 1_000) - 3_600;
  const write = (folder: string, name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    savedSec += 10;
    utimesSync(join(folder, name), savedSec, savedSec);
  };
  const filesOf = (folder: string) => bytesBelow(folder, (path) => !path.includes(".sync"));
  const read = (folder: string, name: string) => readFileSync(join(folder, name), "utf8");

  it("[NC1] brings a tree up, and down to another device, large files in pieces", async () => {
    const up = await sync(one);
    expect(up.code).toBe(0);
    expect(up.said.match(/PUT of .*\/uploads\/sync\/\d+\/\d+/g)?.length ?? 0).toBeGreaterThanOrEqual(4);
    expect((await sync(two)).code).toBe(0);
    expect(filesOf(two)).toEqual(filesOf(one));
    expect(filesOf(two).size).toBe(5);
  });

  it("[NC1] run again, it asks one folder and sends nothing", async () => {
    // The first time it learns the ETags of the folders it made itself.
    for (const folder of [one, two]) expect((await sync(folder)).code).toBe(0);
    for (const folder of [one, two]) {
      const { code, said } = await sync(folder);
      expect(code).toBe(0);
      expect(said.match(/(LSCOL|PUT|MKCOL|MOVE|GET) of/g)).toEqual(["LSCOL of"]);
    }
  });

  it("[NC2] what is changed, renamed and deleted on either side comes to the other", async () => {
    write(one, "plain.txt", "second, longer");
    renameSync(join(one, "a"), join(one, "moved"));
    rmSync(join(two, "empty"));
    mkdirSync(join(two, "new"));
    write(two, "new/from two.txt", "two");
    for (const folder of [one, two, one]) expect((await sync(folder)).code).toBe(0);
    expect(filesOf(two)).toEqual(filesOf(one));
    expect([...filesOf(one).keys()].sort()).toEqual([
      "large.bin",
      "moved/deep/x.txt",
      "new/from two.txt",
      "plain.txt",
      "Ünï 100% & more/#1 [a] 三体.txt",
    ]);
    expect(read(two, "plain.txt")).toBe("second, longer");
  });

  it("[NC2] of two changes of one file none is lost", async () => {
    write(one, "plain.txt", "changed by one");
    write(two, "plain.txt", "changed, too, by two");
    await sync(one);
    await sync(two);
    expect(read(two, "plain.txt")).toBe("changed by one");
    const copy = readdirSync(two).find((name) => /conflict/i.test(name)) ?? "";
    expect(read(two, copy)).toBe("changed, too, by two");
  });

  it("[NC3] a password that only reads brings down, and up goes nothing", async () => {
    const readOnly = await endpoint.appPassword("--can", "read");
    const three = join(endpoint.folder, "three");
    mkdirSync(three);
    expect((await sync(three, readOnly)).code).toBe(0);
    expect(read(three, "moved/deep/x.txt")).toBe("first a/deep/x.txt");
    write(three, "moved/mine.txt", "mine");
    await sync(three, readOnly);
    expect(read(three, "moved/mine.txt")).toBe("mine");
    await sync(one);
    expect([...filesOf(one).keys()]).not.toContain("moved/mine.txt");
  });

  it("[NC8] what is newer than a backup that was restored is not lost", async () => {
    const backup = join(endpoint.folder, "backup");
    await endpoint.relite("backup", backup);
    write(one, "plain.txt", "newer than the backup");
    write(one, "new/only newer.txt", "made after the backup");
    for (const _ of [1, 2]) expect((await sync(one)).code).toBe(0);
    await endpoint.restart(() => endpoint.relite("restore", backup, "--replace"));
    await sync(one);
    await sync(one);
    const texts = [...filesOf(one).keys()]
      .filter((name) => name.endsWith(".txt"))
      .map((name) => read(one, name));
    expect(texts).toEqual(expect.arrayContaining(["newer than the backup", "made after the backup"]));
  });

  it("[LF10] with a password that it got from a browser, it synchronises too", async () => {
    const { loginName, appPassword } = await signInByBrowser(`http://127.0.0.1:${endpoint.port}`, password);
    expect(loginName).toBe("sync");
    const four = join(endpoint.folder, "four");
    mkdirSync(four);
    expect((await sync(four, appPassword)).code).toBe(0);
    expect(read(four, "new/from two.txt")).toBe("two");
    write(four, "by login.txt", "up, too");
    for (const folder of [four, one]) expect((await sync(folder, appPassword)).code).toBe(0);
    expect(read(one, "by login.txt")).toBe("up, too");
  });

  it("[NC1] a wrong password is refused, and what all this left is sound", async () => {
    expect((await sync(one, "wrong")).code).not.toBe(0);
    expect(await endpoint.relite("fsck")).toContain("clean");
  });
});
