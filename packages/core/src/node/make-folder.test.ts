import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeFolder } from "./make-folder.ts";

it("[ENV3] makes folders for the owner only, also those above, and may be asked twice", async () => {
  const top = await mkdtemp(join(tmpdir(), "relite-folder-"));
  await Promise.all([makeFolder(join(top, "a/b")), makeFolder(join(top, "a/b"))]);
  expect((await stat(join(top, "a/b"))).mode & 0o777).toBe(0o700);
  await writeFile(join(top, "file"), "");
  await expect(makeFolder(join(top, "file/below"))).rejects.toMatchObject({ code: "EEXIST" });
  await rm(top, { recursive: true });
});

it.runIf(process.platform === "linux")(
  "[ENV3] a file system that makes nothing answers instead of hanging",
  async () => {
    await expect(makeFolder("/proc/nowhere/below")).rejects.toMatchObject({ code: "ENOENT" });
  },
);
