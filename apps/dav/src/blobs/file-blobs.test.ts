import { mkdtempSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { describeBlobs } from "../testing/blobs-contract.ts";
import { realDisk } from "./disk.ts";
import { createFileBlobs } from "./file-blobs.ts";

const folder = mkdtempSync(join(tmpdir(), "relite-blobs-"));
let count = 0;
afterAll(() => rm(folder, { recursive: true, force: true }));

describeBlobs("files", async () => {
  count += 1;
  return createFileBlobs(join(folder, String(count)), realDisk);
});

it("[BL6] at the start, what an interrupted upload left is gone and all content stays", async () => {
  const top = join(folder, "restarted");
  const blobs = createFileBlobs(top, realDisk);
  await blobs.clean();
  await writeFile(join(top, "staging", "left-over"), "half");
  await writeFile(join(top, "content", "file"), "whole");
  await createFileBlobs(top, realDisk).clean();
  expect(await readdir(join(top, "staging"))).toEqual([]);
  expect(await readdir(join(top, "content"))).toEqual(["file"]);
});
