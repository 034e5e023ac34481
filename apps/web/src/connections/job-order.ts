import type { JobRow } from "../api/rows.ts";

/** Of two reports about one connection, the later: a newer job, or a later revision of the same. */
export function newerJob(known: JobRow | undefined, job: JobRow): JobRow {
  if (known === undefined) return job;
  if (known.id === job.id) return job.revision >= known.revision ? job : known;
  return job.createdAt >= known.createdAt ? job : known;
}

export function isOver(job: JobRow): boolean {
  return job.status === "done" || job.status === "failed" || job.status === "cancelled";
}
