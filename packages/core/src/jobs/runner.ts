import type { Clock } from "../clock/index.ts";
import { ReliteError } from "../errors/index.ts";
import type { Logger } from "../log/index.ts";
import type { Job, JobFailure, JobProgress } from "./job.ts";
import type { JobQueue } from "./queue.ts";

export interface JobContext {
  /** Aborted when the user cancels, the lease is lost or the runner stops. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: JobProgress) => void;
}

/** Does a job; resolves with why it failed or null, throws the signal's reason when aborted. */
export type JobWork = (job: Job, context: JobContext) => Promise<JobFailure | null>;

export interface JobRunnerParts {
  readonly queue: JobQueue;
  readonly work: JobWork;
  readonly clock: Clock;
  readonly log: Logger;
  /** Unique per process. */
  readonly owner: string;
  /** Over all processes. */
  readonly maxRunning: number;
  readonly leaseMs?: number;
  readonly heartbeatMs?: number;
  /** How often the queue is looked at without being told. */
  readonly pollMs?: number;
}

export interface JobRunner {
  /** Looks at the queue now: call it after enqueueing. */
  wake(): void;
  /** Waits until nothing is queued or running that this runner may take. */
  drain(): Promise<void>;
  /** Takes nothing more, gives running jobs back to the queue and waits for them. */
  stop(): Promise<void>;
}

/** Takes jobs from the queue as they come and keeps their leases, until stopped. */
export function createJobRunner(parts: JobRunnerParts): JobRunner {
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();
  let nudge = new AbortController();
  let claiming: Promise<void> = Promise.resolve();

  const claimAll = async () => {
    while (!stopping.signal.aborted) {
      const job = await claimNext(parts);
      if (job === null) return;
      const done: Promise<void> = runJob(parts, job, stopping.signal).finally(() => {
        running.delete(done);
        wake();
      });
      running.add(done);
    }
  };
  const claim = () => {
    claiming = claiming
      .then(claimAll)
      .catch((error: unknown) => parts.log.error({ error }, "the job queue failed"));
    return claiming;
  };
  const wake = () => nudge.abort();
  const loop = async () => {
    while (!stopping.signal.aborted) {
      nudge = new AbortController();
      await claim();
      const signal = AbortSignal.any([nudge.signal, stopping.signal]);
      await parts.clock.sleep(parts.pollMs ?? 2_000, signal).catch(() => undefined);
    }
  };
  const looping = loop();
  return {
    wake,
    drain: async () => {
      await claim();
      while (running.size > 0) {
        await Promise.all(running);
        await claim();
      }
    },
    stop: async () => {
      stopping.abort(new ReliteError("cancelled", "The server stops.", { reason: "stopping" }));
      await looping;
      await Promise.all(running);
    },
  };
}

function claimNext({
  queue,
  owner,
  clock,
  leaseMs = 30_000,
  maxRunning,
}: JobRunnerParts): Promise<Job | null> {
  const nowMs = clock.nowMs();
  return queue.claim({ owner, nowMs, leaseUntilMs: nowMs + leaseMs, maxRunning });
}

/** How a job ended: by itself, by its user, by this runner's stop, or taken away. */
type Ending =
  | { readonly kind: "over"; readonly failure: JobFailure | null }
  | { readonly kind: "cancel" | "stop" | "lost" };

async function runJob(parts: JobRunnerParts, job: Job, stopping: AbortSignal): Promise<void> {
  const log = parts.log.child({ jobId: job.id, connectionId: job.connectionId });
  const state = { progress: job.progress, isLost: false, isCancelled: false };
  const abort = new AbortController();
  const finished = new AbortController();
  const beating = keepLease(parts, job, { state, abort, finished: finished.signal, log });
  const signal = AbortSignal.any([abort.signal, stopping]);
  let ending: Ending;
  try {
    const onProgress = (progress: JobProgress) => {
      state.progress = progress;
    };
    ending = { kind: "over", failure: await parts.work(job, { signal, onProgress }) };
  } catch (error) {
    if (state.isLost) ending = { kind: "lost" };
    else if (state.isCancelled) ending = { kind: "cancel" };
    else ending = stopping.aborted ? { kind: "stop" } : crashed(error, log);
  }
  finished.abort();
  await beating;
  try {
    await endJob(parts, job, ending, state.progress);
  } catch (error) {
    log.error({ error }, "the end of a job could not be stored; its lease will run out");
  }
}

async function endJob(parts: JobRunnerParts, job: Job, ending: Ending, progress: JobProgress): Promise<void> {
  const { queue, owner, clock } = parts;
  if (ending.kind === "lost") return;
  if (ending.kind === "stop") {
    await queue.release(job.userId, job.id, owner);
    return;
  }
  const failure = ending.kind === "over" ? ending.failure : null;
  const status = ending.kind === "cancel" ? "cancelled" : failure === null ? "done" : "failed";
  await queue.finish(job.userId, job.id, { owner, status, failure, progress, nowMs: clock.nowMs() });
}

/** A fault of ours, not of a server: the reader learns that, the log the rest. */
function crashed(error: unknown, log: Logger): Ending {
  log.error({ error }, "a job crashed");
  const message = "The job failed inside Relite; the server's log says why.";
  return { kind: "over", failure: { code: "internal", reason: null, message } };
}

interface Lease {
  readonly state: { progress: JobProgress; isLost: boolean; isCancelled: boolean };
  readonly abort: AbortController;
  readonly finished: AbortSignal;
  readonly log: Logger;
}

/** Renews the lease and stores the progress until the job is over; one that could not be renewed in time is lost. */
async function keepLease(
  parts: JobRunnerParts,
  job: Job,
  { state, abort, finished, log }: Lease,
): Promise<void> {
  const { queue, owner, clock, leaseMs = 30_000, heartbeatMs = 1_000 } = parts;
  let leaseUntilMs = clock.nowMs() + leaseMs;
  while (!state.isLost) {
    await clock.sleep(heartbeatMs, finished).catch(() => undefined);
    if (finished.aborted) return;
    const next = clock.nowMs() + leaseMs;
    try {
      const beat = { owner, leaseUntilMs: next, progress: state.progress };
      const answer = await queue.heartbeat(job.userId, job.id, beat);
      if (answer !== "lost") leaseUntilMs = next;
      if (answer === "cancel") state.isCancelled = true;
      state.isLost = answer === "lost";
    } catch (error) {
      log.warn({ error }, "a job's lease could not be renewed");
      state.isLost = clock.nowMs() >= leaseUntilMs;
    }
    // A cancelled job goes on holding its lease while it winds down.
    if (state.isLost || state.isCancelled) abort.abort(new ReliteError("cancelled", "The job was stopped."));
  }
}
