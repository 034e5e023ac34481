import { describe, expect, it } from "vitest";
import { silentLogger } from "../log/index.ts";
import { anna, connectionRow } from "../testing/contracts/index.ts";
import { createMemoryRepositories, fakeClock, seededRandom } from "../testing/index.ts";
import {
  backoffMs,
  createJobRunner,
  type JobContext,
  type JobWork,
  jitteredMs,
  noProgress,
} from "./index.ts";

async function createBench() {
  const { connections, queue } = createMemoryRepositories();
  const clock = fakeClock();
  for (const id of ["c1", "c2", "c3"]) await connections.insert(anna, connectionRow(anna, id));
  const add = (id: string, connectionId: string, host = `${connectionId}:443`) =>
    queue.enqueue(anna, { id, connectionId, host, trigger: "manual", nowMs: clock.nowMs() });
  const run = (work: JobWork, owner = "w1") =>
    createJobRunner({ queue, work, clock, log: silentLogger, owner, maxRunning: 2, leaseMs: 10_000 });
  return { queue, clock, add, run };
}

/** Work that ends only when it is aborted. */
function createEndlessWork() {
  const begun: Promise<JobContext>[] = [];
  const begin: ((context: JobContext) => void)[] = [];
  const next = () => {
    const { promise, resolve } = Promise.withResolvers<JobContext>();
    begun.push(promise);
    begin.push(resolve);
    return promise;
  };
  const work: JobWork = (_, context) => {
    begin.shift()?.(context);
    return new Promise((_resolve, reject) => {
      context.signal.addEventListener("abort", () => reject(context.signal.reason));
    });
  };
  return { work, next };
}

describe("the job runner", () => {
  it("[JB2] runs what is queued, at most so many at once, and stores how each ended", async () => {
    const { queue, add, run } = await createBench();
    for (const [index, id] of ["c1", "c2", "c3"].entries()) await add(`j${index}`, id);
    let running = 0;
    let most = 0;
    const runner = run(async (job, { onProgress }) => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      onProgress({ ...noProgress, files: 3 });
      running -= 1;
      return job.id === "j1" ? { code: "upstream_failed", reason: "throttled", message: "Slow." } : null;
    });
    await runner.drain();
    await runner.stop();
    expect(most).toBe(2);
    expect(await queue.get(anna, "j0")).toMatchObject({ status: "done", progress: { files: 3 } });
    expect(await queue.get(anna, "j1")).toMatchObject({ status: "failed", failure: { reason: "throttled" } });
    expect((await queue.get(anna, "j2"))?.status).toBe("done");
  });

  it("[JB3] keeps the lease and the progress of a long job", async () => {
    const { queue, clock, add, run } = await createBench();
    await add("j1", "c1");
    const { work, next } = createEndlessWork();
    const begun = next();
    const runner = run(work);
    const { onProgress } = await begun;
    onProgress({ ...noProgress, folders: 4 });
    for (let second = 0; second < 30; second += 1) {
      await clock.advance(1_000);
      await new Promise(setImmediate);
    }
    const job = await queue.get(anna, "j1");
    expect(job).toMatchObject({ status: "running", progress: { folders: 4 } });
    expect(job?.leaseUntilMs).toBeGreaterThan(clock.nowMs());
    await runner.stop();
  });

  it("[JB3] gives its jobs back when it stops, and another runner goes on", async () => {
    const { queue, add, run } = await createBench();
    await add("j1", "c1");
    const { work, next } = createEndlessWork();
    const begun = next();
    const runner = run(work);
    await begun;
    await runner.stop();
    expect(await queue.get(anna, "j1")).toMatchObject({ status: "queued", leaseOwner: null });
    const other = run(async () => null, "w2");
    await other.drain();
    await other.stop();
    expect(await queue.get(anna, "j1")).toMatchObject({ status: "done", attempts: 2 });
  });

  it("[JB3] aborts a job whose lease another runner has, and stores nothing of it", async () => {
    const { queue, clock, add, run } = await createBench();
    await add("j1", "c1");
    const { work, next } = createEndlessWork();
    const begun = next();
    const runner = run(work);
    const { signal, onProgress } = await begun;
    const late = clock.nowMs() + 20_000;
    expect(
      (await queue.claim({ owner: "w2", nowMs: late, leaseUntilMs: late + 99, maxRunning: 2 }))?.id,
    ).toBe("j1");
    onProgress({ ...noProgress, files: 99 });
    await clock.advance(1_000);
    await new Promise(setImmediate);
    expect(signal.aborted).toBe(true);
    expect(await queue.get(anna, "j1")).toMatchObject({
      status: "running",
      leaseOwner: "w2",
      progress: noProgress,
    });
    await runner.stop();
  });

  it("[JB4] a cancelled job is aborted at the next heartbeat", async () => {
    const { queue, clock, add, run } = await createBench();
    await add("j1", "c1");
    const { work, next } = createEndlessWork();
    const begun = next();
    const runner = run(work);
    await begun;
    await queue.requestCancel(anna, "j1", clock.nowMs());
    await clock.advance(1_000);
    await runner.drain();
    await runner.stop();
    expect(await queue.get(anna, "j1")).toMatchObject({ status: "cancelled", failure: null });
  });

  it("[JB4] work that throws fails its job with a message that says nothing of the inside", async () => {
    const { queue, add, run } = await createBench();
    await add("j1", "c1");
    const runner = run(async () => {
      throw new Error("password=hunter2 at /srv/relite/data");
    });
    await runner.drain();
    await runner.stop();
    const job = await queue.get(anna, "j1");
    expect(job).toMatchObject({ status: "failed", failure: { code: "internal", reason: null } });
    expect(JSON.stringify(job)).not.toContain("hunter2");
  });
});

describe("[JB6] waits grow and differ", () => {
  it("[JB6] doubles up to the longest, at least half of it certain", () => {
    const random = seededRandom(3);
    for (let failures = 1; failures < 60; failures += 1) {
      const waitMs = backoffMs(failures, random);
      const wholeMs = Math.min(60_000 * 2 ** (failures - 1), 6 * 3_600_000);
      expect(waitMs).toBeGreaterThanOrEqual(wholeMs / 2);
      expect(waitMs).toBeLessThanOrEqual(wholeMs);
    }
    expect(backoffMs(1, () => 0)).toBe(30_000);
  });

  it("[JB6] spreads an interval by a tenth either way", () => {
    expect([jitteredMs(1_000, () => 0), jitteredMs(1_000, () => 0.5)]).toEqual([900, 1_000]);
    expect(jitteredMs(1_000, () => 0.999_999)).toBeLessThanOrEqual(1_100);
  });
});
