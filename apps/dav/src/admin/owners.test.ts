import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newSigner, startTestServer } from "../testing/dav-fixture.ts";
import { runFsck, runOwners } from "./index.ts";

async function run(command: typeof runOwners, ...args: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const io = {
    out: (line: string) => void out.push(`${line}\n`),
    err: (line: string) => void err.push(`${line}\n`),
    env: {},
  };
  const code = await command(args, io);
  return { code, out: out.join(""), err: err.join("") };
}

describe("owners", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "relite-admin-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("[DV44] adds and lists owners, once each, with a quota", async () => {
    const { did } = await newSigner();
    expect(await run(runOwners, "list", "--data", folder)).toEqual({
      code: 0,
      out: "no owners yet\n",
      err: "",
    });
    expect(await run(runOwners, "add", did, "--quota", "10G", "--data", folder)).toEqual({
      code: 0,
      out: `enrolled ${did}\n`,
      err: "",
    });
    expect((await run(runOwners, "add", did, "--data", folder)).err).toMatch(/enrolled already/);
    const listed = await run(runOwners, "list", "--json", "--data", folder);
    expect(JSON.parse(listed.out)).toMatchObject([{ dids: [did], quotaBytes: 10 * 1024 ** 3, usedBytes: 0 }]);
    expect((await run(runOwners, "list", "--data", folder)).out).toContain(
      `${did}  0 bytes used, quota 10737418240`,
    );
  });

  it.each([
    [[], 2],
    [["add"], 2],
    [["add", "did:key:nonsense"], 2],
    [["add", "a", "b"], 2],
    [["remove", "did:key:z"], 2],
    [["list", "--unknown"], 2],
    [["list", "--data"], 2],
    [["add", "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "--quota", "lots"], 2],
    [["list", "--data", "/proc/none"], 1],
  ])("[DV44] refuses %j with one line and exit code %i", async (args, expected) => {
    const { code, out, err } = await run(runOwners, ...args);
    expect([code, out]).toEqual([expected, ""]);
    expect(err.split("\n")).toHaveLength(2);
  });

  it("[DV44] works while the endpoint runs, and at once", async () => {
    await using dav = await startTestServer();
    const { did } = await newSigner();
    await dav.request("PUT", "f", { body: "five!" });
    expect((await run(runOwners, "add", did, "--data", dav.folder)).code).toBe(0);
    expect((await run(runOwners, "list", "--data", dav.folder)).out).toContain("5 bytes used, no quota");
    const checked = await run(runFsck, "--data", dav.folder);
    expect(checked).toMatchObject({ code: 0, err: "" });
    expect(checked.out).toMatch(/^\d+ nodes, 1 contents, 5 bytes, 0 not referenced any more\nclean\n$/);
    expect((await run(runFsck, "word")).code).toBe(2);
    expect((await run(runFsck, "--help")).out).toContain("Usage: fsck");
  });
});
