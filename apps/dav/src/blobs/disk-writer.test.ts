import { mkdtempSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createWriter, minDirectBytes } from "./disk-writer.ts";
import { createWriteSteps } from "./write-steps.ts";

const folder = mkdtempSync(join(tmpdir(), "relite-direct-"));
let count = 0;
afterAll(() => rm(folder, { recursive: true, force: true }));

const bytes = Buffer.alloc(minDirectBytes + 8192, "a large file, whose bytes are all at their own place; ");
const newPath = () => join(folder, String(count++));

/** Writes in pieces of that size, as a body comes in, or as they are. */
async function written(size: number, pieceBytes: number, inSteps: boolean): Promise<Buffer> {
  const path = newPath();
  const file = await createWriter(path, size);
  const steps = createWriteSteps(file, size);
  for (let at = 0; at < size; at += pieceBytes) {
    const piece = bytes.subarray(at, Math.min(at + pieceBytes, size));
    await (inSteps ? steps.add(piece) : file.write(piece));
  }
  await steps.end();
  await file.flush();
  const found = await readFile(path);
  await rm(path);
  return found;
}

describe("a large file", () => {
  it.each([0, 1, 511, 512, 4095, 4096, 4097])(
    "[BL7] of %i bytes more than the least is as it was sent",
    async (more) => {
      const size = minDirectBytes + more;
      expect((await written(size, 65_536, true)).equals(bytes.subarray(0, size))).toBe(true);
    },
  );

  it.each([1_000_003, 4096, 12_288 + 1])(
    "[BL7] in pieces of %i bytes, wherever they lie in memory, is as it was sent",
    async (pieceBytes) => {
      const size = minDirectBytes + 77;
      expect((await written(size, pieceBytes, false)).equals(bytes.subarray(0, size))).toBe(true);
    },
  );

  it("[BL7] that ends early has what came, flushed at any point", async () => {
    const path = newPath();
    const file = await createWriter(path, minDirectBytes);
    await file.write(bytes.subarray(0, 8192));
    await file.sync();
    await file.write(bytes.subarray(8192, 9000));
    await file.write(bytes.subarray(9000, 20_000));
    await file.flush();
    expect((await readFile(path)).equals(bytes.subarray(0, 20_000))).toBe(true);
    await expect(createWriter(path, minDirectBytes)).rejects.toMatchObject({ code: "EEXIST" });
  });
});
