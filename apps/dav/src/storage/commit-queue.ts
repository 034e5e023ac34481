import type { SqliteDatabase } from "./open-database.ts";

export interface CommitQueue {
  /** Runs `work` inside a write transaction; resolves after the commit is on the disk, rejects with nothing of it kept. */
  run<Result>(work: () => Result): Promise<Result>;
}

interface Job {
  readonly work: () => unknown;
  readonly done: (result: unknown) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Group commit: writes that arrive together share one transaction and one flush of the disk. Each has its own savepoint,
 * so a refused one takes nothing of its neighbours with it.
 */
export function createCommitQueue(db: SqliteDatabase, maxJobsPerCommit = 64): CommitQueue {
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
    let finished: readonly (() => void)[] = [];
    try {
      statements.begin.run();
      finished = jobs.map((job) => runJob(job));
      statements.commit.run();
    } catch (error) {
      if (db.inTransaction) statements.rollback.run();
      for (const job of jobs) job.failed(error);
      return;
    }
    for (const tell of finished) tell();
  }

  function runJob(job: Job): () => void {
    statements.save.run();
    try {
      const result = job.work();
      statements.release.run();
      return () => job.done(result);
    } catch (error) {
      // A full disk or an I/O error may have rolled the whole transaction back already: then nobody's work is kept.
      if (!db.inTransaction) throw error;
      statements.undo.run();
      statements.release.run();
      return () => job.failed(error);
    }
  }

  return {
    run: <Result>(work: () => Result) =>
      new Promise<Result>((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush);
        let result: Result;
        waiting.push({
          work: () => {
            result = work();
          },
          done: () => resolve(result),
          failed: reject,
        });
      }),
  };
}
