import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";

/** The options that take trash and versions along. */
export const both = ["--with-trash", "--with-versions"];

/** More than the database keeps of one file. */
export const large = (byte: number) => new Uint8Array(100_000).fill(byte);

/** Names below a folder of this test file's own, which goes with it. */
export function keptScratch(): (...names: string[]) => string {
  let scratch: string;
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), "relite-kept-"));
  });
  afterAll(() => rm(scratch, { recursive: true, force: true }));
  return (...names) => join(scratch, ...names);
}
