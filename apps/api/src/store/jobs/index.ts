import type { Job, JobPage, JobQuery, JobQueue, NewJob } from "@relite/core/jobs";
import { noProgress } from "@relite/core/jobs";
import { requireStorableText } from "@relite/core/text";
import type { Database, Sql, SqlValue } from "@relite/prisma";
import { isIn, jsonList } from "../bulk.ts";
import { requireOwn } from "../connection-scope.ts";
import { pageLimit, parseCursor, toCursor } from "../cursor.ts";
import { isPossibleId, toStorable } from "../rows.ts";
import { claimJob } from "./claim.ts";
import { type JobRow, jobFields, toJob } from "./job-row.ts";

const order = "created";

export function createJobs({ sql }: Database): JobQueue {
  return {
    enqueue: (userId, job) => sql.transaction((tx) => enqueue(tx, userId, job)),
    get: async (userId, id) => {
      if (!isPossibleId(userId) || !isPossibleId(id)) return null;
      const rows = await sql.all<JobRow>(`SELECT ${jobFields} FROM "Job" WHERE "userId" = ? AND "id" = ?`, [
        userId,
        id,
      ]);
      return first(rows);
    },
    list: (userId, query) => list(sql, userId, query),
    requestCancel: (userId, id, nowMs) => sql.transaction((tx) => requestCancel(tx, userId, id, nowMs)),
    claim: (request) => sql.transaction((tx) => claimJob(tx, request)),
    heartbeat: async (userId, id, { owner, leaseUntilMs, progress }) => {
      const row = await changeHeld(sql, [userId, id, owner], `"leaseUntilMs" = ?, "progress" = ?`, [
        leaseUntilMs,
        JSON.stringify(progress),
      ]);
      if (row === null) return "lost";
      return row.cancelRequested ? "cancel" : "held";
    },
    finish: async (userId, id, { owner, status, failure, progress, nowMs }) => {
      const row = await changeHeld(
        sql,
        [userId, id, owner],
        `"status" = ?, "failureCode" = ?, "failureReason" = ?, "failureMessage" = ?, "progress" = ?,
         "finishedAtMs" = ?, "leaseOwner" = NULL, "leaseUntilMs" = NULL, "activeConnectionId" = NULL`,
        [
          status,
          failure?.code ?? null,
          failure === null || failure.reason === null ? null : toStorable(failure.reason),
          failure === null ? null : toStorable(failure.message),
          JSON.stringify(progress),
          nowMs,
        ],
      );
      return row !== null;
    },
    release: async (userId, id, owner) => {
      const back = `"status" = 'queued', "leaseOwner" = NULL, "leaseUntilMs" = NULL`;
      return (await changeHeld(sql, [userId, id, owner], back, [])) !== null;
    },
    prune: (beforeMs) => sql.run(`DELETE FROM "Job" WHERE "finishedAtMs" < ?`, [beforeMs]),
  };
}

function first(rows: readonly JobRow[]): Job | null {
  const [row] = rows;
  return row === undefined ? null : toJob(row);
}

async function enqueue(tx: Sql, userId: string, job: NewJob): Promise<{ job: Job; created: boolean }> {
  const { id, connectionId, host, trigger, nowMs } = job;
  await requireOwn(tx, userId, connectionId);
  requireStorableText("id", id, 500);
  requireStorableText("host", host, 1_000);
  const created = await tx.all<JobRow>(
    `INSERT INTO "Job" ("id", "userId", "connectionId", "activeConnectionId", "host", "trigger", "status",
       "progress", "revision", "attempts", "cancelRequested", "createdAtMs")
     VALUES (?, ?, ?, ?, ?, ?, 'queued', ?, 1, 0, ?, ?)
     ON CONFLICT ("activeConnectionId") DO NOTHING RETURNING ${jobFields}`,
    [id, userId, connectionId, connectionId, host, trigger, JSON.stringify(noProgress), false, nowMs],
  );
  const mine = first(created);
  if (mine !== null) return { job: mine, created: true };
  const active = first(
    await tx.all<JobRow>(`SELECT ${jobFields} FROM "Job" WHERE "activeConnectionId" = ?`, [connectionId]),
  );
  // It may have ended between the two statements; the caller's is then in order.
  return active === null ? enqueue(tx, userId, job) : { job: active, created: false };
}

async function list(sql: Sql, userId: string, query: JobQuery): Promise<JobPage> {
  const { connectionId, statuses, cursor } = query;
  const limit = pageLimit(query.limit);
  const after = cursor === undefined ? null : parseCursor(cursor, order, "number");
  if (!isPossibleId(userId) || !isPossibleId(connectionId ?? "")) return { items: [], nextCursor: null };
  const filters: readonly (readonly [text: string, values: readonly SqlValue[]])[] = [
    [`"userId" = ?`, [userId]],
    ...(connectionId === undefined ? [] : [[`"connectionId" = ?`, [connectionId]] as const]),
    ...(statuses === undefined ? [] : [[isIn(sql, "status"), [jsonList(statuses)]] as const]),
    ...(after === null ? [] : [[`("createdAtMs", "id") < (?, ?)`, [after.key, after.id]] as const]),
  ];
  const rows = await sql.all<JobRow>(
    `SELECT ${jobFields} FROM "Job" WHERE ${filters.map(([text]) => text).join(" AND ")}
     ORDER BY "createdAtMs" DESC, "id" DESC LIMIT ?`,
    [...filters.flatMap(([, values]) => values), limit + 1],
  );
  const items = rows.slice(0, limit).map(toJob);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, nextCursor: more ? toCursor({ order, key: last.createdAtMs, id: last.id }) : null };
}

async function requestCancel(tx: Sql, userId: string, id: string, nowMs: number): Promise<Job | null> {
  if (!isPossibleId(userId) || !isPossibleId(id)) return null;
  const mine = `WHERE "userId" = ? AND "id" = ?`;
  await tx.run(
    `UPDATE "Job" SET "status" = 'cancelled', "finishedAtMs" = ?, "activeConnectionId" = NULL,
     "revision" = "revision" + 1 ${mine} AND "status" = 'queued'`,
    [nowMs, userId, id],
  );
  await tx.run(
    `UPDATE "Job" SET "cancelRequested" = ?, "revision" = "revision" + 1
     ${mine} AND "status" = 'running' AND "cancelRequested" = ?`,
    [true, userId, id, false],
  );
  return first(await tx.all<JobRow>(`SELECT ${jobFields} FROM "Job" ${mine}`, [userId, id]));
}

/** Changes a running job only while this owner holds it; null when it does not. */
async function changeHeld(
  sql: Sql,
  [userId, id, owner]: readonly [userId: string, id: string, owner: string],
  setters: string,
  values: readonly SqlValue[],
): Promise<Job | null> {
  if (![userId, id, owner].every(isPossibleId)) return null;
  const rows = await sql.all<JobRow>(
    `UPDATE "Job" SET ${setters}, "revision" = "revision" + 1
     WHERE "userId" = ? AND "id" = ? AND "leaseOwner" = ? AND "status" = 'running' RETURNING ${jobFields}`,
    [...values, userId, id, owner],
  );
  return first(rows);
}
