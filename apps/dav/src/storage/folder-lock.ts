import { join } from "node:path";
import { ReliteError } from "@relite/core/errors";
import Database from "better-sqlite3";
import { errorCode } from "./storage-errors.ts";

export interface FolderLock {
  release(): void;
}

/**
 * Keeps a second endpoint off the same folder, where it would take this one's uploads for leftovers.
 * The lock is a file lock of SQLite's: it ends with the process, however that ends.
 */
export function lockFolder(folder: string): FolderLock {
  const lock = tryLock(folder, "lock");
  if (lock !== null) return lock;
  throw new ReliteError(
    "config_invalid",
    "The data folder is in use by another endpoint; set DAV_DATA_DIR to another one",
  );
}

/** One lock of a folder by its name (`lock`: the endpoint's own); null when another process has it. */
export function tryLock(folder: string, name: "lock" | "import"): FolderLock | null {
  const db = new Database(join(folder, `${name}.db`), { timeout: 0 });
  try {
    db.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    db.close();
    if (!errorCode(cause).startsWith("SQLITE_BUSY")) throw cause;
    return null;
  }
  return { release: () => db.close() };
}
