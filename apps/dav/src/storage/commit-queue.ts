import type { SqliteDatabase } from "./open-database.ts";
import { isDiskFull } from "./storage-errors.ts";

export interface CommitQueue {
  /**
   * Runs `work` inside a write transaction; resolves after the commit is on the disk, rejects with nothing of it kept.
   * `usesReserve`: on a full disk it is tried again with the room kept back for what frees, or must not wait (a revocation).
   */
  run<Result>(work: () => Result, options?: { readonly usesReserve?: boolean }): Promise<Result>;
}

export interface CommitOptions {
  readonly maxJobsPerCommit?: number;
  /** Gives room on a full disk; `keepBack` follows when the work that needed it is done. */
  readonly reserve?: { release(): void; keepBack(): void };
}

interface Job {
  readonly work: () => unknown;
  readonly usesReserve: boolean;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** What became of a job; null: it stands. */
type Failure = { readonly error: unknown } | null;

/**
 * Group commit: writes that arrive together share one transaction and one flush of the disk. Each has its own savepoint,
 * so a refused one takes nothing of its neighbours with it.
 */
export function createCommitQueue(
  db: SqliteDatabase,
  { maxJobsPerCommit = 64, reserve }: CommitOptions = {},
): CommitQueue {
  let waiting: Job[] = [];
  const statements = {
    begin: db.prepare("BEGIN IMMEDIATE"),
    commit: db.prepare("COMMIT"),
    rollback: db.prepare("ROLLBACK"),
    save: db.prepare("SAVEPOINT job"),
    release: db.prepare("RELEASE job"),
    undo: db.prepare("ROLLBACK TO job"),
  };

  function flush(): void {
    const jobs = waiting.slice(0, maxJobsPerCommit);
    waiting = waiting.slice(maxJobsPerCommit);
    if (waiting.length > 0) setImmediate(flush);
    const failures = commitTogether(jobs);
    const isForReserve = (job: Job, failure: Failure | undefined) =>
      reserve !== undefined && job.usesReserve && failure != null && isDiskFull(failure.error);
    const again = jobs.filter((job, index) => isForReserve(job, failures[index]));
    for (const [index, job] of jobs.entries()) {
      if (!again.includes(job)) settle(job, failures[index] ?? null);
    }
    if (again.length > 0 && reserve !== undefined) commitWithReserve(again, reserve);
  }

  function commitWithReserve(jobs: readonly Job[], { release, keepBack }: Reserve): void {
    release();
    const failures = commitTogether(jobs);
    keepBack();
    for (const [index, job] of jobs.entries()) settle(job, failures[index] ?? null);
  }

  function commitTogether(jobs: readonly Job[]): readonly Failure[] {
    try {
      statements.begin.run();
      const failures = jobs.map((job) => runJob(job));
      statements.commit.run();
      return failures;
    } catch (error) {
      rollBack();
      return jobs.map(() => ({ error }));
    }
  }

  function runJob(job: Job): Failure {
    statements.save.run();
    try {
      job.work();
      statements.release.run();
      return null;
    } catch (error) {
      // A full disk or an I/O error may have rolled the whole transaction back already: then nobody's work is kept.
      if (!db.inTransaction) throw error;
      statements.undo.run();
      statements.release.run();
      return { error };
    }
  }

  /** What cannot even be rolled back fails the next commit's start, too; nobody may wait for an answer meanwhile. */
  function rollBack(): void {
    try {
      if (db.inTransaction) statements.rollback.run();
    } catch {
      // The failure that led here is what is told.
    }
  }

  return {
    run: <Result>(work: () => Result, { usesReserve = false }: { readonly usesReserve?: boolean } = {}) =>
      new Promise<Result>((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush);
        let result: Result;
        waiting.push({
          work: () => {
            result = work();
          },
          usesReserve,
          done: () => resolve(result),
          failed: reject,
        });
      }),
  };
}

type Reserve = NonNullable<CommitOptions["reserve"]>;

function settle(job: Job, failure: Failure): void {
  if (failure === null) job.done();
  else job.failed(failure.error);
}
