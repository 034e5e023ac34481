import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { seededRandom } from "@relite/core/testing";
import { expect, it, vi } from "vitest";
import { runFsck } from "../src/admin/index.ts";
import { startTestServer } from "../src/testing/dav-fixture.ts";
import { type DiskFault, type FailingDisk, failingDisk } from "../src/testing/failing-disk.ts";
import { type Alphabet, createAttempts } from "./model/attempts.ts";
import { type Faults, runModel } from "./model/run-model.ts";

const largeFiles: Alphabet = {
  names: ["a", "b", "c"],
  maxDepth: 4,
  maxNodes: 24,
  maxLocks: 2,
  principals: 1,
  bodyBytes: [100, 70_000, 200_000],
  weights: {
    PUT: 30,
    PATCH: 8,
    GET: 15,
    MKCOL: 10,
    DELETE: 6,
    COPY: 6,
    MOVE: 8,
    PROPPATCH: 3,
    LOCK: 2,
    UNLOCK: 2,
  },
  isOdd: false,
};

const statusByFault: Readonly<Record<DiskFault, readonly number[]>> = {
  ENOSPC: [507],
  EDQUOT: [507],
  EIO: [500],
  EACCES: [500],
  EMFILE: [503],
  slow: [],
};

/** Of all steps below one request, some fail. */
function randomFaults(disk: FailingDisk, random: () => number): Faults {
  const kinds = Object.keys(statusByFault) as DiskFault[];
  let happened: DiskFault[] = [];
  return {
    start() {
      happened = [];
      disk.decide(() => {
        if (random() > 0.3) return null;
        const fault = kinds[Math.floor(random() * kinds.length)] ?? "EIO";
        happened.push(fault);
        return fault;
      });
    },
    stop() {
      disk.decide(null);
      return happened.flatMap((fault) => statusByFault[fault]);
    },
  };
}

/** `DAV_FAULT_SEEDS=500 npm test -- --project dav disk-faults` runs that many more, from `DAV_FAULT_SEED` on. */
const moreSeeds = Array.from(
  { length: Number(process.env.DAV_FAULT_SEEDS ?? 0) },
  (_, index) => Number(process.env.DAV_FAULT_SEED ?? 1_000) + index,
);

vi.setConfig({ testTimeout: 120_000 });

// 104 and 107: a write that was committed was answered 507, for its temporary name could not be removed.
it.each([21, 22, 23, 104, 107, ...moreSeeds])(
  "[DU5] a disk that fails at random steps: 507, 503 or 500, the tree is as if it was not asked, seed %i",
  async (seed) => {
    const random = seededRandom(seed);
    const disk = failingDisk();
    await using dav = await startTestServer({ parts: { disk } });
    const run = {
      base: "/dav/apps/test",
      senders: [dav.request],
      alphabet: largeFiles,
      faults: randomFaults(disk, random),
    };
    const { countByStatus } = await runModel(run, createAttempts(random, 100));
    expect(
      [500, 503, 507].reduce((sum, status) => sum + (countByStatus.get(status) ?? 0), 0),
    ).toBeGreaterThan(0);
    await dav.restart();
    expect(await readdir(join(dav.folder, "dav", "blobs", "staging"))).toEqual([]);
    const quiet = { out: () => {}, err: () => {}, env: {} };
    expect(await runFsck(["--data", dav.folder], quiet)).toBe(0);
  },
);
