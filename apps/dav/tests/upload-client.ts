import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { runFsck } from "../src/admin/index.ts";
import type { TestServer } from "../src/testing/dav-fixture.ts";

/** What a file holds. */
export const textOf = async (dav: TestServer, name: string) => (await dav.request("GET", name)).text();

/** Names of the files that hold parts on the disk. */
export async function partFiles(dav: TestServer): Promise<readonly string[]> {
  const folder = join(dav.folder, "dav", "uploads");
  const owners = await readdir(folder);
  return (await Promise.all(owners.map((owner) => readdir(join(folder, owner))))).flat();
}

/** What fsck finds wrong. */
export async function fsck(dav: TestServer): Promise<readonly unknown[]> {
  const lines: string[] = [];
  const io = { out: (line: string) => void lines.push(line), err: () => {}, env: {} };
  await runFsck(["--data", dav.folder, "--json"], io);
  return JSON.parse(lines.join("")).problems;
}
