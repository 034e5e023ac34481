import type { Job, JobFailure, JobProgress, JobStatus, JobTrigger } from "./job.ts";

export interface NewJob {
  readonly id: string;
  readonly connectionId: string;
  readonly host: string;
  readonly trigger: JobTrigger;
  readonly nowMs: number;
}

export interface ClaimRequest {
  /** Unique per running process. */
  readonly owner: string;
  readonly nowMs: number;
  readonly leaseUntilMs: number;
  /** How many jobs may run at once over all processes (live leases only are counted). */
  readonly maxRunning: number;
}

export interface Heartbeat {
  readonly owner: string;
  readonly leaseUntilMs: number;
  readonly progress: JobProgress;
}

/** `held`: go on · `cancel`: the user asked to stop · `lost`: another runner has it or it is gone, stop at once. */
export type LeaseState = "held" | "cancel" | "lost";

export interface JobOutcome {
  readonly owner: string;
  readonly status: Extract<JobStatus, "done" | "failed" | "cancelled">;
  readonly failure: JobFailure | null;
  readonly progress: JobProgress;
  readonly nowMs: number;
}

export interface JobQuery {
  readonly connectionId?: string;
  readonly statuses?: readonly JobStatus[];
  /** From the last answer's `nextCursor`. */
  readonly cursor?: string;
  readonly limit: number;
}

export interface JobPage {
  readonly items: readonly Job[];
  readonly nextCursor: string | null;
}

/**
 * Jobs as rows with leases, so that a kill at any point leaves them to be taken up again.
 * Every change of a row adds 1 to its `revision`. User-facing methods take the user first and treat other people's
 * jobs as not there. Implementations run `describeJobQueue` of core/testing.
 */
export interface JobQueue {
  /**
   * Adds a queued job, or returns the connection's active (queued or running) one with `created: false`.
   * Atomic: two callers at once get one job.
   */
  enqueue(userId: string, job: NewJob): Promise<{ readonly job: Job; readonly created: boolean }>;
  get(userId: string, id: string): Promise<Job | null>;
  /** Newest first (createdAtMs, then id, both descending). */
  list(userId: string, query: JobQuery): Promise<JobPage>;
  /** Queued → cancelled (finished at nowMs) at once; running → `cancelRequested`; finished → unchanged. The row after it, or null. */
  requestCancel(userId: string, id: string, nowMs: number): Promise<Job | null>;

  /**
   * Takes the oldest job that is queued, or running with a lease that ended at or before nowMs: running, lease set,
   * attempts + 1, `startedAtMs` set once. Null when none may start: `maxRunning` live leases exist already, or the
   * job's host has one. Atomic over processes.
   */
  claim(request: ClaimRequest): Promise<Job | null>;
  /** Extends the lease and stores the progress while this owner still holds the job. */
  heartbeat(userId: string, id: string, beat: Heartbeat): Promise<LeaseState>;
  /** Ends a job that this owner holds: status, failure, progress, `finishedAtMs`, lease cleared; false when it holds it no more. */
  finish(userId: string, id: string, outcome: JobOutcome): Promise<boolean>;
  /** Gives a held job back (running → queued, lease cleared): a clean stop. False when it was not held. */
  release(userId: string, id: string, owner: string): Promise<boolean>;
  /** Deletes finished jobs with `finishedAtMs` < beforeMs, over all users; returns how many. */
  prune(beforeMs: number): Promise<number>;
}
