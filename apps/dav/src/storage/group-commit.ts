import type { SqliteDatabase } from "./open-database.ts";

/** Writes put off within one transaction. */
export interface Owed {
  /** Writes them: before any work that does not owe the same, and before the commit. */
  settle(): void;
  /** The transaction is undone, and they with it. */
  forget(): void;
}

export interface Job {
  readonly work: () => unknown;
  readonly owes: Owed | null;
}

/** What became of a job; null: it stands. */
export type Failure = { readonly error: unknown } | null;

/**
 * Does work in one transaction and answers what became of each piece of it, in order. Refusals come before the first write
 * as a rule; when one comes later, all is undone and done again with a savepoint for each.
 */
export function createGroupCommit(db: SqliteDatabase): (jobs: readonly Job[]) => readonly Failure[] {
  const statements = {
    begin: db.prepare("BEGIN IMMEDIATE"),
    commit: db.prepare("COMMIT"),
    rollback: db.prepare("ROLLBACK"),
    save: db.prepare("SAVEPOINT job"),
    release: db.prepare("RELEASE job"),
    undo: db.prepare("ROLLBACK TO job"),
    written: db.prepare<[], number>("SELECT total_changes()").pluck(),
  };

  /** Null, with nothing done, when one failed that had written already. */
  function runTogether(jobs: readonly Job[]): readonly Failure[] | null {
    const failures: Failure[] = [];
    let owed: Owed | null = null;
    try {
      for (const job of jobs) {
        if (owed !== job.owes) owed?.settle();
        owed = job.owes;
        const before = statements.written.get();
        try {
          job.work();
          failures.push(null);
        } catch (error) {
          if (!db.inTransaction || statements.written.get() !== before) throw error;
          failures.push({ error });
        }
      }
      owed?.settle();
      return failures;
    } catch {
      owed?.forget();
      // A full disk or an I/O error may have rolled it back already.
      if (db.inTransaction) statements.rollback.run();
      statements.begin.run();
      return null;
    }
  }

  function runApart(jobs: readonly Job[]): readonly Failure[] {
    return jobs.map((job) => {
      statements.save.run();
      try {
        job.work();
        job.owes?.settle();
        statements.release.run();
        return null;
      } catch (error) {
        job.owes?.forget();
        // Then nobody's work is kept.
        if (!db.inTransaction) throw error;
        statements.undo.run();
        statements.release.run();
        return { error };
      }
    });
  }

  /** What cannot even be rolled back fails the next commit's start, too; nobody may wait for an answer meanwhile. */
  function rollBack(): void {
    try {
      if (db.inTransaction) statements.rollback.run();
    } catch {
      // The failure that led here is what is told.
    }
  }

  return (jobs) => {
    try {
      statements.begin.run();
      const failures = runTogether(jobs) ?? runApart(jobs);
      statements.commit.run();
      return failures;
    } catch (error) {
      rollBack();
      return jobs.map(() => ({ error }));
    }
  };
}
