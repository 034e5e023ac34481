import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keepSealingKey, keepSetupCode, prepareDataDir } from "./secrets-on-disk.ts";

async function folder() {
  const path = await mkdtemp(join(tmpdir(), "relite-secrets-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test("[CF4] of two that make a secret at once both get the one that is kept", async () => {
  await using data = await folder();
  await prepareDataDir(join(data.path, "api"));
  const keys = await Promise.all(Array.from({ length: 8 }, () => keepSetupCode(join(data.path, "api"))));
  const kept = (await readFile(join(data.path, "api/setup-code"), "utf8")).trim();
  expect(kept.length).toBeGreaterThan(20);
  expect(new Set(keys)).toEqual(new Set([kept]));
  expect(await readdir(join(data.path, "api"))).toEqual([".writable", "setup-code"]);
  expect(await keepSetupCode(join(data.path, "api"))).toBe(kept);
});

test("[CF3] a key file that holds no key, or cannot be read, is named", async () => {
  await using data = await folder();
  await writeFile(join(data.path, "sealing-key"), "not a key");
  await expect(keepSealingKey(data.path)).rejects.toMatchObject({
    code: "config_invalid",
    message: expect.stringMatching(/sealing-key does not hold a sealing key/),
  });
  await mkdir(join(data.path, "setup-code"));
  await expect(keepSetupCode(data.path)).rejects.toMatchObject({
    code: "config_invalid",
    message: expect.stringMatching(/setup-code cannot be read or written/),
  });
});
