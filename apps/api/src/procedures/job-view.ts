import type { Job } from "@relite/core/jobs";
import { z } from "zod";
import { id, instant, toInstant, toInstantOrNull } from "./text.ts";

export const jobStatus = z.enum(["queued", "running", "done", "failed", "cancelled"]);

const count = z.int().min(0);

export const jobView = z.object({
  id,
  connectionId: id,
  trigger: z.enum(["manual", "schedule"]),
  status: jobStatus,
  progress: z.object({
    folders: count,
    files: count,
    added: count,
    changed: count,
    missing: count,
    restored: count,
    bytes: count,
    requests: count,
  }),
  failure: z.object({ code: z.string(), reason: z.string().nullable(), message: z.string() }).nullable(),
  cancelRequested: z.boolean(),
  /** Grows with every change of the job. */
  revision: count,
  createdAt: instant,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
});

export function toJobView(job: Job): z.input<typeof jobView> {
  return {
    id: job.id,
    connectionId: job.connectionId,
    trigger: job.trigger,
    status: job.status,
    progress: job.progress,
    failure: job.failure,
    cancelRequested: job.cancelRequested,
    revision: job.revision,
    createdAt: toInstant(job.createdAtMs),
    startedAt: toInstantOrNull(job.startedAtMs),
    finishedAt: toInstantOrNull(job.finishedAtMs),
  };
}
