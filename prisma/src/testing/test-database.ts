import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import type { Provider } from "../provider.ts";
import { serverUrlVariable } from "./global-setup.ts";

export interface TestDatabase {
  readonly url: string;
  remove(): Promise<void>;
}

/** An address of an empty database of its own: a file in a temporary folder, or one on the run's PostgreSQL. */
export function createTestDatabase(provider: Provider): Promise<TestDatabase> {
  return provider === "sqlite" ? createFile() : createOnServer();
}

async function createFile(): Promise<TestDatabase> {
  const dir = await mkdtemp(path.join(tmpdir(), "relite-sqlite-"));
  return {
    url: `file:${path.join(dir, "relite.db")}`,
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

async function createOnServer(): Promise<TestDatabase> {
  const serverUrl = process.env[serverUrlVariable];
  if (serverUrl === undefined)
    throw new Error("This test project needs prisma's global-setup as its global setup.");
  const name = `relite_${randomUUID().replaceAll("-", "")}`;
  await onServer(serverUrl, `CREATE DATABASE ${name}`);
  return {
    url: serverUrl.replace(/\/[^/]*$/u, `/${name}`),
    remove: () => onServer(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
