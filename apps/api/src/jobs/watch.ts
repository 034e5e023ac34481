import type { Clock } from "@relite/core/clock";
import { ReliteError } from "@relite/core/errors";
import { isActive, type Job, type JobQueue } from "@relite/core/jobs";
import type { JobBus } from "./bus.ts";

export interface WatchRequest {
  /** One job until it ends; null: all of the user's. */
  readonly id: string | null;
  /** `<job id>.<revision>` of the last job state the listener has. */
  readonly lastEventId: string | null;
}

export interface JobWatch {
  /** Job states as they change, the present ones first, never the same revision twice. `not_found` for a job that is not the user's. */
  watch(userId: string, request: WatchRequest, signal: AbortSignal): AsyncIterable<Job>;
}

/** Changes by other processes are not on the bus: they are seen at the latest after this time. */
const lookAgainMs = 5_000;
const shownAtOnce = 50;

export function createJobWatch(parts: {
  readonly queue: Pick<JobQueue, "get" | "list">;
  readonly bus: JobBus;
  readonly clock: Clock;
  /** Ends every watch: the server stops. */
  readonly stopping: AbortSignal;
}): JobWatch {
  const { queue, bus, clock, stopping } = parts;
  return {
    watch: async function* (userId, request, listening) {
      const signal = AbortSignal.any([listening, stopping]);
      const revisionById = revisionsSeen(request.lastEventId);
      while (!signal.aborted) {
        const change = bus.nextChange(userId);
        try {
          const jobs = await readJobs(queue, userId, request.id);
          for (const job of jobs) {
            if ((revisionById.get(job.id) ?? -1) >= job.revision) continue;
            revisionById.set(job.id, job.revision);
            yield job;
          }
          if (request.id !== null && jobs.every((job) => !isActive(job))) return;
          await wait(change.happened, clock, signal);
        } finally {
          change.forget();
        }
      }
    },
  };
}

async function readJobs(queue: Pick<JobQueue, "get" | "list">, userId: string, id: string | null) {
  if (id === null) return (await queue.list(userId, { limit: shownAtOnce })).items.toReversed();
  const job = await queue.get(userId, id);
  if (job === null) throw new ReliteError("not_found", "There is no such job.");
  return [job];
}

async function wait(happened: Promise<void>, clock: Clock, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const pause = clock.sleep(lookAgainMs, AbortSignal.any([signal, done.signal])).catch(() => undefined);
  await Promise.race([happened, pause]);
  done.abort();
}

function revisionsSeen(lastEventId: string | null): Map<string, number> {
  const match = /^([A-Za-z0-9_-]{1,64})\.(\d{1,15})$/.exec(lastEventId ?? "");
  return new Map(match?.[1] === undefined ? [] : [[match[1], Number(match[2])]]);
}
