import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "../launcher/root.ts";

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function relite(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [join(root, "scripts/relite.ts"), ...args], (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

it("[CLI3] the command line prints a token and nothing else", async () => {
  const folder = await mkdtemp(join(tmpdir(), "relite-cli-"));
  try {
    const key = join(folder, "owner.key");
    expect(await relite("key", "new", key)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^did:key:z6Mk\w+\n$/),
    });
    const printed = await relite("token", "--key", key, "--aud", "http://localhost:3021", "--app", "relite");
    expect(printed).toMatchObject({ code: 0, err: "" });
    expect(printed.out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]{86}\n$/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it("[DV44] owners are enrolled and listed, and their data checked, from the command line", async () => {
  const folder = await mkdtemp(join(tmpdir(), "relite-cli-"));
  try {
    const did = (await relite("key", "new", join(folder, "owner.key"))).out.trim();
    const data = join(folder, "data");
    expect(await relite("owners", "add", did, "--quota", "1G", "--data", data)).toMatchObject({
      code: 0,
      err: "",
    });
    const listed = await relite("owners", "list", "--json", "--data", data);
    expect(JSON.parse(listed.out)).toMatchObject([{ dids: [did], usedBytes: 0, quotaBytes: 1024 ** 3 }]);
    expect(await relite("fsck", "--data", data)).toMatchObject({
      code: 0,
      out: expect.stringContaining("clean"),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it("[CLI2] an unknown command, a wrong call and a request for help differ in their exit codes", async () => {
  const [unknown, wrong, help] = await Promise.all([relite("toString"), relite("token"), relite("--help")]);
  expect(unknown).toMatchObject({
    code: 2,
    out: "",
    err: expect.stringContaining("unknown command: toString"),
  });
  expect(wrong).toMatchObject({ code: 2, out: "", err: expect.stringContaining("--app") });
  expect(help).toMatchObject({ code: 0, out: expect.stringContaining("token"), err: "" });
});
