import type { Clock } from "../clock/index.ts";
import { type JobQueue, jitteredMs } from "../jobs/index.ts";
import type { Logger } from "../log/index.ts";
import type { ConnectionRepository } from "./repository.ts";

export interface SchedulerParts {
  readonly connections: ConnectionRepository;
  readonly queue: JobQueue;
  readonly clock: Clock;
  readonly random: () => number;
  readonly createId: () => string;
  readonly log: Logger;
  /** Time between two syncs of a connection. */
  readonly intervalMs: number;
  /** How often due connections are looked for. */
  readonly tickMs?: number;
  /** How long finished jobs are kept; default 30 days. */
  readonly keepJobsMs?: number;
  readonly onEnqueued?: () => void;
}

export interface Scheduler {
  /** Enqueues everything that is due; returns how many jobs were added. */
  tick(): Promise<number>;
  stop(): Promise<void>;
}

const page = 100;
const pruneEveryMs = 3_600_000;
const thirtyDaysMs = 30 * 86_400_000;

/** Enqueues every connection when it is due, and forgets old jobs; runs until stopped. */
export function createScheduler(parts: SchedulerParts): Scheduler {
  const stopping = new AbortController();
  let prunedAtMs = Number.NEGATIVE_INFINITY;
  const tick = () => enqueueDue(parts);
  const prune = async () => {
    const nowMs = parts.clock.nowMs();
    if (nowMs - prunedAtMs < pruneEveryMs) return;
    prunedAtMs = nowMs;
    await parts.queue.prune(nowMs - (parts.keepJobsMs ?? thirtyDaysMs));
  };
  const loop = async () => {
    while (!stopping.signal.aborted) {
      try {
        await tick();
        await prune();
      } catch (error) {
        parts.log.error({ error }, "the scheduler failed; it goes on");
      }
      await parts.clock.sleep(parts.tickMs ?? 5_000, stopping.signal).catch(() => undefined);
    }
  };
  const looping = loop();
  return {
    tick,
    stop: async () => {
      stopping.abort();
      await looping;
    },
  };
}

/** The next time is set when a job is enqueued, so that a job cut off by a kill is resumed and not doubled. */
async function enqueueDue(parts: SchedulerParts): Promise<number> {
  const { connections, queue, clock, random, createId, intervalMs } = parts;
  const nowMs = clock.nowMs();
  let added = 0;
  let moved = page;
  while (moved === page) {
    moved = 0;
    for (const { userId, id, host } of await connections.listDue(nowMs, page)) {
      const wanted = { id: createId(), connectionId: id, host, trigger: "schedule", nowMs } as const;
      const { job, created } = await queue.enqueue(userId, wanted);
      // One that is being cancelled is no sync: the connection stays due until it is out of the way.
      if (!created && job.cancelRequested) continue;
      await connections.update(userId, id, { nextSyncAtMs: nowMs + jitteredMs(intervalMs, random) });
      moved += 1;
      if (created) added += 1;
    }
  }
  if (added > 0) parts.onEnqueued?.();
  return added;
}
