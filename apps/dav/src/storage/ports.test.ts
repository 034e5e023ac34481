import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createContentFiles } from "../blobs/content-files.ts";
import { readConfig } from "../config.ts";
import { openStorage } from "../context.ts";
import { openForReading } from "./open-database.ts";
import { createForwardedPorts, createPorts, listWrites } from "./ports.ts";

it("[TH8] a port's list names every method that writes, and the others never reach the commit queue", async () => {
  const folder = await mkdtemp(join(tmpdir(), "relite-ports-"));
  const config = readConfig({ DAV_DATA_DIR: folder });
  const storage = await openStorage(config);
  const files = createContentFiles(config.blobsFolder);
  const base = { db: storage.db, files, nowMs: () => 0, retention: config.retention };
  let reached = false;
  const run = () => {
    reached = true;
    return Promise.reject(new Error("a write"));
  };
  const ports = createPorts({ ...base, commits: { run, alone: run } });
  const listed = listWrites(ports);
  const unlisted: string[] = [];
  for (const [name, port] of Object.entries(ports)) {
    for (const [method, call] of Object.entries(port)) {
      if (typeof call !== "function" || listed.get(name)?.has(method)) continue;
      reached = false;
      // Without arguments: what it makes of them is of no interest, whether it begins to write is.
      await (async () => call())().catch(() => {});
      if (reached) unlisted.push(`${name}.${method}`);
    }
  }
  expect(unlisted).toEqual([]);
  storage.db.close();
  await rm(folder, { recursive: true, force: true });
});

it("[TH8] a forwarded port reads by itself and sends its writes as plain data", async () => {
  const folder = await mkdtemp(join(tmpdir(), "relite-ports-"));
  const config = readConfig({ DAV_DATA_DIR: folder });
  const storage = await openStorage(config);
  await storage.owners.add("did:key:z6MkOne", null);
  const db = openForReading(config.databaseFile);
  const sent: unknown[] = [];
  const ports = createForwardedPorts(
    { db, files: createContentFiles(config.blobsFolder), nowMs: () => 0, retention: config.retention },
    async (...call) => void sent.push(call),
  );
  expect(ports.owners.idOf("did:key:z6MkOne")).toBe(1);
  await ports.owners.add("did:key:z6MkTwo", 5);
  expect(sent).toEqual([["owners", "add", ["did:key:z6MkTwo", 5]]]);
  expect(() => db.exec("DELETE FROM owners")).toThrow(/readonly/);
  db.close();
  storage.db.close();
  await rm(folder, { recursive: true, force: true });
});
