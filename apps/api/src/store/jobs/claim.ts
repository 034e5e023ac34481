import type { ClaimRequest, Job } from "@relite/core/jobs";
import type { Sql } from "@relite/prisma";
import { type JobRow, jobFields, toJob } from "./job-row.ts";

/** Any number no other lock of ours has: claims of all processes on a PostgreSQL take turns. */
const lockId = 72_735_484;

/** Takes the oldest job that may start; inside a transaction that on SQLite is the only one anyway. */
export async function claimJob(
  tx: Sql,
  { owner, nowMs, leaseUntilMs, maxRunning }: ClaimRequest,
): Promise<Job | null> {
  if (tx.provider === "postgresql") await tx.all("SELECT pg_advisory_xact_lock(?)", [lockId]);
  const live = await tx.all<{ host: string }>(
    `SELECT "host" FROM "Job" WHERE "activeConnectionId" IS NOT NULL AND "status" = 'running' AND "leaseUntilMs" > ?`,
    [nowMs],
  );
  if (live.length >= maxRunning) return null;
  const [row] = await tx.all<JobRow>(
    `UPDATE "Job" SET "status" = 'running', "leaseOwner" = ?, "leaseUntilMs" = ?, "attempts" = "attempts" + 1,
       "startedAtMs" = COALESCE("startedAtMs", ?), "revision" = "revision" + 1
     WHERE "id" = (
       SELECT j."id" FROM "Job" j
       WHERE j."activeConnectionId" IS NOT NULL
         AND (j."status" = 'queued' OR (j."status" = 'running' AND j."leaseUntilMs" <= ?))
         AND NOT EXISTS (
           SELECT 1 FROM "Job" r WHERE r."host" = j."host" AND r."status" = 'running' AND r."leaseUntilMs" > ?)
       ORDER BY j."createdAtMs", j."id" LIMIT 1)
     RETURNING ${jobFields}`,
    [owner, leaseUntilMs, nowMs, nowMs, nowMs],
  );
  return row === undefined ? null : toJob(row);
}
