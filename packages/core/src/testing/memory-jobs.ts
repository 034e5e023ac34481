import { isActive, type Job, type JobQueue, noProgress } from "../jobs/index.ts";
import { pageOf } from "./memory-page.ts";
import type { MemoryTables } from "./memory-tables.ts";

export function createMemoryJobs(tables: MemoryTables): JobQueue {
  const own = (userId: string, id: string): Job | null => {
    const row = tables.jobs.get(id);
    return row?.userId === userId ? row : null;
  };
  const change = (row: Job, patch: Partial<Job>): Job => {
    const next = { ...row, ...patch, revision: row.revision + 1 };
    tables.jobs.set(row.id, next);
    return next;
  };
  const held = (userId: string, id: string, owner: string): Job | null => {
    const row = own(userId, id);
    return row?.status === "running" && row.leaseOwner === owner ? row : null;
  };
  return {
    enqueue: async (userId, { nowMs, ...job }) => {
      const active = [...tables.jobs.values()].find(
        (row) => row.connectionId === job.connectionId && row.userId === userId && isActive(row),
      );
      if (active !== undefined) return { job: active, created: false };
      const row: Job = { ...freshJob, ...job, userId, createdAtMs: nowMs };
      tables.jobs.set(row.id, row);
      return { job: row, created: true };
    },
    get: async (userId, id) => own(userId, id),
    list: async (userId, query) => {
      const rows = [...tables.jobs.values()].filter(
        (row) =>
          row.userId === userId &&
          (query.connectionId === undefined || row.connectionId === query.connectionId) &&
          (query.statuses === undefined || query.statuses.includes(row.status)),
      );
      return pageOf(rows, { ...query, keyOf: (row) => row.createdAtMs, descending: true });
    },
    requestCancel: async (userId, id, nowMs) => {
      const row = own(userId, id);
      if (row === null || !isActive(row) || row.cancelRequested) return row;
      return row.status === "queued"
        ? change(row, { status: "cancelled", finishedAtMs: nowMs })
        : change(row, { cancelRequested: true });
    },
    claim: async ({ owner, nowMs, leaseUntilMs, maxRunning }) => {
      const rows = [...tables.jobs.values()];
      const live = rows.filter((row) => row.status === "running" && (row.leaseUntilMs ?? 0) > nowMs);
      if (live.length >= maxRunning) return null;
      const next = rows
        .filter(
          (row) => isActive(row) && !live.includes(row) && !live.some((other) => other.host === row.host),
        )
        .sort((a, b) => a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1))[0];
      if (next === undefined) return null;
      return change(next, {
        status: "running",
        leaseOwner: owner,
        leaseUntilMs,
        attempts: next.attempts + 1,
        startedAtMs: next.startedAtMs ?? nowMs,
      });
    },
    heartbeat: async (userId, id, { owner, leaseUntilMs, progress }) => {
      const row = held(userId, id, owner);
      if (row === null) return "lost";
      change(row, { leaseUntilMs, progress });
      return row.cancelRequested ? "cancel" : "held";
    },
    finish: async (userId, id, { owner, status, failure, progress, nowMs }) => {
      const row = held(userId, id, owner);
      if (row === null) return false;
      change(row, { status, failure, progress, finishedAtMs: nowMs, leaseOwner: null, leaseUntilMs: null });
      return true;
    },
    release: async (userId, id, owner) => {
      const row = held(userId, id, owner);
      if (row === null) return false;
      change(row, { status: "queued", leaseOwner: null, leaseUntilMs: null });
      return true;
    },
    prune: async (beforeMs) => {
      const old = [...tables.jobs.values()].filter(
        (row) => row.finishedAtMs !== null && row.finishedAtMs < beforeMs,
      );
      for (const row of old) tables.jobs.delete(row.id);
      return old.length;
    },
  };
}

const freshJob = {
  status: "queued",
  progress: noProgress,
  failure: null,
  revision: 1,
  attempts: 0,
  cancelRequested: false,
  leaseOwner: null,
  leaseUntilMs: null,
  startedAtMs: null,
  finishedAtMs: null,
} as const;
