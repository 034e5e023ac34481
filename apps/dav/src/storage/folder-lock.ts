import { join } from "node:path";
import { ReliteError } from "@relite/core/errors";
import Database from "better-sqlite3";
import { errorCode } from "./storage-errors.ts";

/**
 * Keeps a second endpoint off the same folder, where it would take this one's uploads for leftovers.
 * The lock is a file lock of SQLite's: it ends with the process, however that ends.
 */
export function lockFolder(folder: string): { release(): void } {
  const db = new Database(join(folder, "lock.db"), { timeout: 0 });
  try {
    db.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    db.close();
    if (!errorCode(cause).startsWith("SQLITE_BUSY")) throw cause;
    throw new ReliteError(
      "config_invalid",
      "The data folder is in use by another endpoint; set DAV_DATA_DIR to another one",
    );
  }
  return { release: () => db.close() };
}
