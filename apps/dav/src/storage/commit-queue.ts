import { createGroupCommit, type Failure, type Job, type Owed } from "./group-commit.ts";
import type { SqliteDatabase } from "./open-database.ts";
import { isDiskFull } from "./storage-errors.ts";
import { undisputed, type WriteTurns } from "./write-turns.ts";

export interface CommitQueue {
  /** Runs `work` inside a write transaction; resolves after the commit is on the disk, rejects with nothing of it kept. */
  run<Result>(work: () => Result, options?: JobOptions): Promise<Result>;
  /** Runs `work` outside of a transaction while no other thread of the process writes. */
  alone(work: () => void): Promise<void>;
}

export interface JobOptions {
  /** On a full disk it is tried again with the room kept back for what frees, or must not wait (a revocation). */
  readonly usesReserve?: boolean;
  /** What `work` may leave to be written once for itself and its neighbours that owe the same. */
  readonly owes?: Owed;
}

export interface CommitOptions {
  readonly maxJobsPerCommit?: number;
  /** Gives room on a full disk; `keepBack` follows when the work that needed it is done. */
  readonly reserve?: { release(): void; keepBack(): void };
  /** Among the threads that write. */
  readonly turns?: WriteTurns;
}

interface QueuedJob extends Job {
  readonly usesReserve: boolean;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

const maxTimesLate = 4;

/**
 * Group commit: writes that arrive together share one transaction and one flush of the disk, and a refused one takes
 * nothing of its neighbours with it.
 */
export function createCommitQueue(
  db: SqliteDatabase,
  { maxJobsPerCommit = 64, reserve, turns = undisputed }: CommitOptions = {},
): CommitQueue {
  let waiting: QueuedJob[] = [];
  let timesLate = 0;
  const commitTogether = createGroupCommit(db);

  /** When it is this thread's turn; who was late again and again waits for nothing else. */
  function flush(): void {
    const hasTurn = timesLate < maxTimesLate ? turns.take() : turns.insist();
    timesLate = hasTurn ? 0 : timesLate + 1;
    if (!hasTurn) return void turns.whenFree().then(flush);
    try {
      commit();
    } finally {
      turns.giveBack();
    }
  }

  function commit(): void {
    const jobs = waiting.slice(0, maxJobsPerCommit);
    waiting = waiting.slice(maxJobsPerCommit);
    if (waiting.length > 0) setImmediate(flush);
    const failures = commitTogether(jobs);
    const isForReserve = (job: QueuedJob, failure: Failure | undefined) =>
      reserve !== undefined && job.usesReserve && failure != null && isDiskFull(failure.error);
    const again = jobs.filter((job, index) => isForReserve(job, failures[index]));
    for (const [index, job] of jobs.entries()) {
      if (!again.includes(job)) settle(job, failures[index] ?? null);
    }
    if (again.length > 0 && reserve !== undefined) commitWithReserve(again, reserve);
  }

  function commitWithReserve(jobs: readonly QueuedJob[], { release, keepBack }: Reserve): void {
    release();
    const failures = commitTogether(jobs);
    keepBack();
    for (const [index, job] of jobs.entries()) settle(job, failures[index] ?? null);
  }

  return {
    async alone(work) {
      while (!turns.take()) await turns.whenFree();
      try {
        work();
      } finally {
        turns.giveBack();
      }
    },
    run: <Result>(work: () => Result, { usesReserve = false, owes }: JobOptions = {}) =>
      new Promise<Result>((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush);
        let result: Result;
        waiting.push({
          work: () => {
            result = work();
          },
          usesReserve,
          owes: owes ?? null,
          done: () => resolve(result),
          failed: reject,
        });
      }),
  };
}

type Reserve = NonNullable<CommitOptions["reserve"]>;

function settle(job: QueuedJob, failure: Failure): void {
  if (failure === null) job.done();
  else job.failed(failure.error);
}
