import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "@relite/core/testing";
import { describe, expect, it, vi } from "vitest";
import { runOwners } from "../src/admin/index.ts";
import { newSigner, startTestServer } from "../src/testing/dav-fixture.ts";
import { startEndpoint } from "./kill/endpoint-process.ts";
import { deviceOf } from "./lock-client.ts";
import { type Alphabet, type Attempt, createAttempts } from "./model/attempts.ts";
import { runModel, shrink } from "./model/run-model.ts";
import type { Send } from "./model/send-request.ts";
import { createSyncClient, listing } from "./sync-client.ts";

const everything: Alphabet = {
  names: ["a", "b", "c", "d e", "é", "100%", "x;y=z&w", "日本", "+", "q?#'\"", ".hidden", "CON", "a:b,<c>"],
  maxDepth: 5,
  maxNodes: 40,
  maxLocks: 5,
  principals: 2,
  bodyBytes: [0, 3, 40, 1_000, 70_000],
  weights: {
    PUT: 20,
    PATCH: 6,
    MKCOL: 14,
    GET: 5,
    HEAD: 2,
    DELETE: 6,
    COPY: 10,
    MOVE: 10,
    PROPFIND: 6,
    PROPPATCH: 10,
    LOCK: 7,
    UNLOCK: 5,
  },
  isOdd: true,
};

/** Mostly locks on few names, so that they meet. */
const locking: Alphabet = {
  ...everything,
  names: ["a", "b"],
  maxDepth: 3,
  maxLocks: 8,
  bodyBytes: [1],
  weights: { PUT: 10, MKCOL: 15, DELETE: 6, COPY: 6, MOVE: 6, LOCK: 16, UNLOCK: 4, PROPPATCH: 3 },
  isOdd: false,
};

/** Runs a seed; a failure is told with the fewest steps that still show it. */
async function runSeed(
  alphabet: Alphabet,
  seed: number,
  steps: number,
): Promise<ReadonlyMap<number, number>> {
  const run = async (attempts: readonly Attempt[]) => {
    await using dav = await startTestServer();
    const senders = [dav.request, await deviceOf(dav)];
    const client = createSyncClient(dav, () => undefined);
    const { countByStatus } = await runModel({ base: "/dav/apps/test", senders, alphabet }, attempts);
    await client.catchUp();
    expect([...client.known].sort()).toEqual([...(await listing(dav))].sort());
    return countByStatus;
  };
  const attempts = createAttempts(seededRandom(seed), steps);
  try {
    return await run(attempts);
  } catch {
    const tell = (error: unknown) => (error instanceof Error ? error.message : String(error));
    const shortest = await shrink(attempts, (fewer) => run(fewer).then(() => null, tell));
    throw new Error(`seed ${seed}, ${shortest.attempts.length} steps are enough:\n${shortest.why}`);
  }
}

/** `DAV_MODEL_SEEDS=5000 npm test -- --project dav tree-model` runs that many more, from `DAV_MODEL_SEED` on. */
const moreSeeds = Array.from(
  { length: Number(process.env.DAV_MODEL_SEEDS ?? 0) },
  (_, index) => Number(process.env.DAV_MODEL_SEED ?? 1_000) + index,
);

vi.setConfig({ testTimeout: 120_000 });

describe("random requests against a simple model of a WebDAV tree", () => {
  it.each([1, 2, 3, 4])("[DU1] everything there is, seed %i", async (seed) => {
    const countByStatus = await runSeed(everything, seed, 150);
    expect(countByStatus.size).toBeGreaterThan(8);
  });

  it.each([11, 12, 13])("[DL12] two principals and their locks, seed %i", async (seed) => {
    const countByStatus = await runSeed(locking, seed, 200);
    expect(countByStatus.get(423)).toBeGreaterThan(5);
  });

  it("[DU1] every request on a connection of its own, so that several threads answer them", async () => {
    const folder = await mkdtemp(join(tmpdir(), "relite-model-"));
    const owner = await newSigner();
    await runOwners(["add", owner.did, "--data", folder], { out: () => {}, err: () => {}, env: {} });
    const endpoint = await startEndpoint({ folder, owner, env: { DAV_THREADS: "3" } });
    const send: Send = (method, path, { headers = {}, ...init } = {}) =>
      endpoint.request(method, path, { ...init, headers: { ...headers, Connection: "close" } });
    const alphabet = { ...everything, principals: 1 };
    await runModel(
      { base: "/dav/apps/test", senders: [send], alphabet },
      createAttempts(seededRandom(31), 150),
    );
    expect(endpoint.unexpected()).toEqual([]);
    expect(await endpoint.stop()).toBe(0);
    await rm(folder, { recursive: true, force: true });
  }, 120_000);

  it.runIf(moreSeeds.length > 0)(
    `[DU1] ${moreSeeds.length} more seeds`,
    async () => {
      for (const seed of moreSeeds) await runSeed(seed % 2 === 0 ? everything : locking, seed, 200);
      process.stdout.write(`${moreSeeds.length} seeds from ${moreSeeds[0]} on, 0 differences\n`);
    },
    24 * 60 * 60_000,
  );
});
