import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createOwners } from "../../accounts/owners.ts";
import type { CommitQueue } from "../../storage/commit-queue.ts";
import { openDatabase, openForReading } from "../../storage/open-database.ts";
import { bytesOf } from "../../testing/tree-contract.ts";
import { keepsNothing } from "../retention.ts";
import { createPathReader } from "./path-reader.ts";
import { createSqliteTree } from "./sqlite-tree.ts";
import { createStores } from "./stores.ts";

/** Commits at once, between two statements of a reader. */
const atOnce: CommitQueue = { run: async (work) => work(), alone: async (work) => work() };

it("[SP1] a file that is written over between the look at its row and at its bytes is read as it is then", async () => {
  const folder = await mkdtemp(join(tmpdir(), "relite-reader-"));
  const file = join(folder, "a.db");
  const [writer, reader] = [openDatabase(file), openForReading(file)];
  const files = { has: () => true, setAside: () => false };
  const parts = { nowMs: () => 1_000, files, retention: keepsNothing };
  const tree = createSqliteTree({ ...parts, db: writer, commits: atOnce });
  const owners = createOwners(writer, atOnce, parts.nowMs);
  await owners.add("did:key:one", null);
  const owner = owners.idOf("did:key:one") ?? 0;
  const place = { owner, root: await tree.openApp(owner, "app"), segments: ["f"] };
  await tree.put(place, bytesOf("before"), {});
  const { nodes, contents } = createStores({ ...parts, db: reader });
  let meanwhile = () => {};
  const paths = createPathReader(reader, nodes, {
    read(id) {
      meanwhile();
      meanwhile = () => {};
      return contents.read(id);
    },
  });
  expect(paths.find(place)?.size).toBe(6);
  await new Promise(setImmediate);
  expect(paths.find(place)?.size).toBe(6);
  meanwhile = () => void tree.put(place, bytesOf("after it"), {});
  const read = paths.read(place);
  expect([read?.node.size, read?.data?.toString()]).toEqual([8, "after it"]);
  reader.close();
  writer.close();
  await rm(folder, { recursive: true });
});
