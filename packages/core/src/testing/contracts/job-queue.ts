import { describe, expect, it } from "vitest";
import { type JobQueue, noProgress } from "../../jobs/index.ts";
import type { LibraryRepositories } from "../memory-repositories.ts";
import { anna, ben, connectionRow } from "./rows.ts";

/** What every `JobQueue` does. `make` gives empty repositories in which users `anna` and `ben` exist. */
export function describeJobQueue(name: string, make: () => Promise<LibraryRepositories>): void {
  const start = async (): Promise<JobQueue> => {
    const { connections, queue } = await make();
    for (const id of ["c1", "c2", "c3"]) await connections.insert(anna, connectionRow(anna, id));
    await connections.insert(ben, connectionRow(ben, "c9"));
    return queue;
  };
  const add = (queue: JobQueue, id: string, connectionId: string, nowMs = 1, host = `${connectionId}:443`) =>
    queue.enqueue(anna, { id, connectionId, host, trigger: "manual", nowMs });
  const claim = (queue: JobQueue, owner: string, nowMs: number, maxRunning = 5) =>
    queue.claim({ owner, nowMs, leaseUntilMs: nowMs + 100, maxRunning });
  const done = { status: "done", failure: null, progress: noProgress } as const;

  describe(`job queue: ${name}`, () => {
    it("[JB1] keeps one active job per connection, also for callers at once", async () => {
      const queue = await start();
      const answers = await Promise.all([
        add(queue, "j1", "c1"),
        add(queue, "j2", "c1"),
        add(queue, "j3", "c1"),
      ]);
      expect(answers.filter((answer) => answer.created)).toHaveLength(1);
      expect(new Set(answers.map((answer) => answer.job.id)).size).toBe(1);
      const first = await claim(queue, "w1", 10);
      expect((await add(queue, "j4", "c1", 11)).job.id).toBe(first?.id);
      await queue.finish(anna, first?.id ?? "", { ...done, owner: "w1", nowMs: 12 });
      expect((await add(queue, "j5", "c1", 13)).created).toBe(true);
    });

    it("[JB2] hands out the oldest job once, within the limits of number and host", async () => {
      const queue = await start();
      await add(queue, "j2", "c2", 20, "same:443");
      await add(queue, "j1", "c1", 10, "same:443");
      await add(queue, "j3", "c3", 30, "other:443");
      const first = await claim(queue, "w1", 100);
      expect(first).toMatchObject({
        id: "j1",
        status: "running",
        attempts: 1,
        startedAtMs: 100,
        leaseOwner: "w1",
      });
      expect(await claim(queue, "w2", 100, 1)).toBeNull();
      expect((await claim(queue, "w2", 100))?.id).toBe("j3");
      expect(await claim(queue, "w3", 100)).toBeNull();
      await queue.finish(anna, "j1", { ...done, owner: "w1", nowMs: 101 });
      expect((await claim(queue, "w3", 102))?.id).toBe("j2");
    });

    it("[JB2] gives one job to one of many claiming at once", async () => {
      const queue = await start();
      await add(queue, "j1", "c1");
      const owners = ["w1", "w2", "w3", "w4"];
      const taken = await Promise.all(owners.map((owner) => claim(queue, owner, 10)));
      expect(taken.filter((job) => job !== null)).toHaveLength(1);
    });

    it("[JB3] takes a job up again when its lease has ended, and tells the old runner", async () => {
      const queue = await start();
      await add(queue, "j1", "c1");
      await claim(queue, "w1", 10);
      expect(await claim(queue, "w2", 109)).toBeNull();
      expect(await claim(queue, "w2", 110)).toMatchObject({ id: "j1", attempts: 2, startedAtMs: 10 });
      expect(
        await queue.heartbeat(anna, "j1", { owner: "w1", leaseUntilMs: 999, progress: noProgress }),
      ).toBe("lost");
      expect(await queue.finish(anna, "j1", { ...done, owner: "w1", nowMs: 120 })).toBe(false);
      const progress = { ...noProgress, files: 7 };
      expect(await queue.heartbeat(anna, "j1", { owner: "w2", leaseUntilMs: 500, progress })).toBe("held");
      expect(await queue.get(anna, "j1")).toMatchObject({ status: "running", leaseUntilMs: 500, progress });
    });

    it("[JB3] gives a job back on a clean stop", async () => {
      const queue = await start();
      await add(queue, "j1", "c1");
      await claim(queue, "w1", 10);
      expect(await queue.release(anna, "j1", "w2")).toBe(false);
      expect(await queue.release(anna, "j1", "w1")).toBe(true);
      expect((await claim(queue, "w2", 11))?.attempts).toBe(2);
    });

    it("[JB4] cancels a queued job at once and a running one through its heartbeat", async () => {
      const queue = await start();
      await add(queue, "j1", "c1", 1);
      expect(await queue.requestCancel(anna, "j1", 5)).toMatchObject({
        status: "cancelled",
        finishedAtMs: 5,
      });
      await add(queue, "j2", "c1", 6);
      await claim(queue, "w1", 10);
      expect(await queue.requestCancel(anna, "j2", 11)).toMatchObject({
        status: "running",
        cancelRequested: true,
      });
      const beat = { owner: "w1", leaseUntilMs: 300, progress: noProgress };
      expect(await queue.heartbeat(anna, "j2", beat)).toBe("cancel");
      await queue.finish(anna, "j2", { ...done, status: "cancelled", owner: "w1", nowMs: 12 });
      expect(await queue.requestCancel(anna, "j2", 13)).toMatchObject({
        status: "cancelled",
        finishedAtMs: 12,
      });
    });

    it("[JB4] records a failure with its code, and the revision grows with every change", async () => {
      const queue = await start();
      const { job } = await add(queue, "j1", "c1");
      const running = await claim(queue, "w1", 10);
      expect(running?.revision).toBe(job.revision + 1);
      const failure = {
        code: "upstream_failed",
        reason: "throttled",
        message: "Too many requests.",
      } as const;
      await queue.finish(anna, "j1", {
        owner: "w1",
        status: "failed",
        failure,
        progress: noProgress,
        nowMs: 20,
      });
      expect(await queue.get(anna, "j1")).toMatchObject({
        status: "failed",
        failure,
        finishedAtMs: 20,
        leaseOwner: null,
        leaseUntilMs: null,
        revision: job.revision + 2,
      });
    });

    it("[CN1] hides another user's jobs from every method", async () => {
      const queue = await start();
      await add(queue, "j1", "c1");
      expect(await queue.get(ben, "j1")).toBeNull();
      expect(await queue.requestCancel(ben, "j1", 5)).toBeNull();
      expect((await queue.list(ben, { limit: 10 })).items).toEqual([]);
      await claim(queue, "w1", 10);
      expect(await queue.heartbeat(ben, "j1", { owner: "w1", leaseUntilMs: 9, progress: noProgress })).toBe(
        "lost",
      );
      expect(await queue.finish(ben, "j1", { ...done, owner: "w1", nowMs: 9 })).toBe(false);
      expect(await queue.release(ben, "j1", "w1")).toBe(false);
    });

    it("[JB5] lists newest first, page by page, filtered", async () => {
      const queue = await start();
      for (const [index, connectionId] of ["c1", "c2", "c3"].entries())
        await add(queue, `j${index}`, connectionId, 100 + index);
      await queue.requestCancel(anna, "j1", 200);
      const first = await queue.list(anna, { limit: 2 });
      expect(first.items.map((job) => job.id)).toEqual(["j2", "j1"]);
      const second = await queue.list(anna, { limit: 2, cursor: first.nextCursor ?? "" });
      expect(second.items.map((job) => job.id)).toEqual(["j0"]);
      expect(second.nextCursor).toBeNull();
      const queued = await queue.list(anna, { limit: 9, statuses: ["queued"] });
      expect(queued.items.map((job) => job.id)).toEqual(["j2", "j0"]);
      expect((await queue.list(anna, { limit: 9, connectionId: "c2" })).items.map((job) => job.id)).toEqual([
        "j1",
      ]);
      await expect(queue.list(anna, { limit: 9, cursor: "junk" })).rejects.toMatchObject({
        reason: "bad_cursor",
      });
    });

    it("[JB5] prunes what finished long ago and nothing else", async () => {
      const queue = await start();
      await add(queue, "j1", "c1", 1);
      await add(queue, "j2", "c2", 1);
      await add(queue, "j3", "c3", 1);
      await queue.requestCancel(anna, "j1", 50);
      await queue.requestCancel(anna, "j2", 60);
      expect(await queue.prune(60)).toBe(1);
      expect(await queue.get(anna, "j1")).toBeNull();
      expect((await queue.list(anna, { limit: 9 })).items.map((job) => job.id)).toEqual(["j3", "j2"]);
    });
  });
}
