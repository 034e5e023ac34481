import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fakeClock } from "@relite/core/testing";
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
      `${did}  0 bytes used, quota 10737418240 bytes, never seen, active, administrator`,
    );
  });

  it.each([
    [[], 2],
    [["add"], 2],
    [["add", "did:key:nonsense"], 2],
    [["add", "a", "b"], 2],
    [["vanish", "did:key:z"], 2],
    [["list", "--unknown"], 2],
    [["constructor", "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"], 2],
    [["disable"], 2],
    [["disable", "did:key:z"], 2],
    [["quota", "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"], 2],
    [["quota", "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "lots"], 2],
    [["list", "--data"], 2],
    [["add", "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "--quota", "lots"], 2],
    [["list", "--data", "/proc/none"], 1],
  ])("[DV44] refuses %j with one line and exit code %i", async (args, expected) => {
    const { code, out, err } = await run(runOwners, ...args);
    expect([code, out]).toEqual([expected, ""]);
    expect(err.split("\n")).toHaveLength(2);
  });

  it("[SH1] a disabled owner is refused from the next request on, keeps the files, and may come back", async () => {
    await using dav = await startTestServer();
    const { did } = dav.owner;
    await dav.request("PUT", "f", { body: "kept" });
    expect((await dav.request("GET", "f")).status).toBe(200);
    expect(await run(runOwners, "disable", did, "--data", dav.folder)).toMatchObject({ code: 0 });
    for (const method of ["GET", "PUT", "PROPFIND", "DELETE", "LOCK", "OPTIONS"]) {
      const answer = await dav.request(method, "f");
      expect(answer.status).toBe(method === "OPTIONS" ? 200 : 403);
      if (method !== "OPTIONS") expect(await answer.json()).toMatchObject({ reason: "owner_disabled" });
    }
    const listed = await run(runOwners, "list", "--json", "--data", dav.folder);
    expect(JSON.parse(listed.out)).toMatchObject([{ state: "disabled", isAdmin: true, usedBytes: 4 }]);
    expect(await run(runOwners, "enable", did, "--data", dav.folder)).toMatchObject({ code: 0 });
    expect(await (await dav.request("GET", "f")).text()).toBe("kept");
    const { did: stranger } = await newSigner();
    expect(await run(runOwners, "disable", stranger, "--data", dav.folder)).toMatchObject({
      code: 1,
      out: "",
    });
  });

  it("[SH2] a quota is set and lifted at once", async () => {
    await using dav = await startTestServer();
    const { did } = dav.owner;
    expect((await run(runOwners, "quota", did, "3", "--data", dav.folder)).code).toBe(0);
    expect((await dav.request("PUT", "f", { body: "four" })).status).toBe(507);
    expect((await run(runOwners, "quota", did, "none", "--data", dav.folder)).code).toBe(0);
    expect((await dav.request("PUT", "f", { body: "four" })).status).toBe(201);
  });

  it("[SH3] owners are listed with usage, state and when they were seen last, about to the minute", async () => {
    const clock = fakeClock(Date.now());
    await using dav = await startTestServer({ parts: { clock } });
    const lastSeen = async () => {
      const listed = await run(runOwners, "list", "--json", "--data", dav.folder);
      return JSON.parse(listed.out)[0].lastSeenAt;
    };
    await dav.request("GET", "refused");
    expect(await lastSeen()).toBe(null);
    const first = new Date(clock.nowMs()).toISOString();
    await dav.request("PROPFIND", "");
    await expect.poll(lastSeen).toBe(first);
    clock.set(clock.nowMs() + 30_000);
    await dav.request("PROPFIND", "");
    expect(await lastSeen()).toBe(first);
    clock.set(clock.nowMs() + 31_000);
    await dav.request("PROPFIND", "");
    await expect.poll(lastSeen).not.toBe(first);
  });

  it("[SH4] the first owner is the administrator, and others may become one", async () => {
    const { did } = await newSigner();
    const admins = async () => {
      const listed = await run(runOwners, "list", "--json", "--data", folder);
      return JSON.parse(listed.out).map((owner: { isAdmin: boolean }) => owner.isAdmin);
    };
    await run(runOwners, "add", did, "--data", folder);
    expect(await admins()).toEqual([true, false]);
    await run(runOwners, "promote", did, "--data", folder);
    expect(await admins()).toEqual([true, true]);
    await run(runOwners, "demote", did, "--data", folder);
    expect(await admins()).toEqual([true, false]);
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
