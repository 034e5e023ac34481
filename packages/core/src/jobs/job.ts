import type { ErrorCode } from "../errors/index.ts";

export type JobStatus = "queued" | "running" | "done" | "failed" | "cancelled";
export type JobTrigger = "manual" | "schedule";

/** Counts shown live while a job runs; they only grow within one job. */
export interface JobProgress {
  readonly folders: number;
  readonly files: number;
  readonly added: number;
  readonly changed: number;
  readonly missing: number;
  readonly restored: number;
  readonly bytes: number;
  readonly requests: number;
}

export const noProgress: JobProgress = {
  folders: 0,
  files: 0,
  added: 0,
  changed: 0,
  missing: 0,
  restored: 0,
  bytes: 0,
  requests: 0,
};

/** Why a job failed: stable code and reason, one sanitised sentence. Never a secret, a token or a server path. */
export interface JobFailure {
  readonly code: ErrorCode;
  readonly reason: string | null;
  readonly message: string;
}

/** One sync of one connection. Times are epoch milliseconds. */
export interface Job {
  readonly id: string;
  readonly userId: string;
  readonly connectionId: string;
  /** Host and port of the remote: at most one job per host runs at a time. */
  readonly host: string;
  readonly trigger: JobTrigger;
  readonly status: JobStatus;
  readonly progress: JobProgress;
  readonly failure: JobFailure | null;
  /** Grows by one with every change of the row: what a watcher resumes from. */
  readonly revision: number;
  /** How often a runner has taken it; above 1 after a crash. */
  readonly attempts: number;
  /** The user asked a running job to stop; its runner sees it at the next heartbeat. */
  readonly cancelRequested: boolean;
  readonly leaseOwner: string | null;
  readonly leaseUntilMs: number | null;
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
}

export function isActive(job: Pick<Job, "status">): boolean {
  return job.status === "queued" || job.status === "running";
}
