import { rm } from "node:fs/promises";
import Database from "better-sqlite3";
import { openDatabase } from "../../storage/open-database.ts";
import { markAsBackup } from "../../storage/timelines.ts";
import { contentInUseSql } from "../../storage/usage.ts";
import { checkCancel } from "../command-line.ts";

const pagesPerStep = 2_000;

/** Makes one file of a database, which can then be read where nothing can be written; removes the log of one in its place. */
export async function settleDatabase(file: string, replaced: string): Promise<void> {
  const db = new Database(file);
  try {
    db.pragma("journal_mode = DELETE");
  } finally {
    db.close();
  }
  for (const suffix of ["-wal", "-shm"]) await rm(replaced + suffix, { force: true });
}

/**
 * Copies a database that is being written as it is at one moment: the read transaction that stays open keeps the copy
 * from beginning anew with every commit of others. The copy then stands for itself: one file, marked as a backup.
 */
export async function copyDatabase(from: string, to: string, cancel: AbortSignal): Promise<void> {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) await rm(to + suffix, { force: true });
  const source = new Database(from, { readonly: true });
  try {
    source.exec("BEGIN");
    source.prepare("SELECT count(*) FROM sqlite_schema").get();
    await source.backup(to, {
      progress: () => {
        checkCancel(cancel);
        return pagesPerStep;
      },
    });
    source.exec("ROLLBACK");
  } finally {
    source.close();
  }
  const copy = openDatabase(to);
  try {
    markAsBackup(copy);
    copy.exec("DELETE FROM holds");
    // Of uploads under way only what is finished is content; their clients begin them again.
    copy.exec("DELETE FROM uploads");
    // Nobody reads from a backup what was let go before it.
    copy.exec(`DELETE FROM contents WHERE unreferenced_ms IS NOT NULL AND NOT ${contentInUseSql}`);
  } finally {
    copy.close();
  }
}
