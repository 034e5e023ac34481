import { type Job, type JobFailure, type JobProgress, noProgress } from "@relite/core/jobs";
import { oneOf, toErrorCode } from "../rows.ts";

export interface JobRow {
  readonly id: string;
  readonly userId: string;
  readonly connectionId: string;
  readonly host: string;
  readonly trigger: string;
  readonly status: string;
  readonly progress: string;
  readonly failureCode: string | null;
  readonly failureReason: string | null;
  readonly failureMessage: string | null;
  readonly revision: number;
  readonly attempts: number;
  readonly cancelRequested: boolean | number;
  readonly leaseOwner: string | null;
  readonly leaseUntilMs: number | null;
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
}

export const jobFields = `"id", "userId", "connectionId", "host", "trigger", "status", "progress", "failureCode",
  "failureReason", "failureMessage", "revision", "attempts", "cancelRequested", "leaseOwner", "leaseUntilMs",
  "createdAtMs", "startedAtMs", "finishedAtMs"`;

export function toJob({ failureCode, failureReason, failureMessage, ...row }: JobRow): Job {
  const failure: JobFailure | null =
    failureCode === null
      ? null
      : { code: toErrorCode(failureCode), reason: failureReason, message: failureMessage ?? "" };
  return {
    ...row,
    trigger: oneOf(row.trigger, ["manual", "schedule"]),
    status: oneOf(row.status, ["queued", "running", "done", "failed", "cancelled"]),
    progress: toProgress(row.progress),
    failure,
    cancelRequested: Boolean(row.cancelRequested),
  };
}

function toProgress(json: string): JobProgress {
  const stored: unknown = JSON.parse(json);
  const counts = typeof stored === "object" && stored !== null ? stored : {};
  return { ...noProgress, ...counts };
}
