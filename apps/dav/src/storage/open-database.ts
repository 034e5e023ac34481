import { ReliteError } from "@relite/core/errors";
import Database from "better-sqlite3";
import { migrations } from "./migrations.ts";
import { createReadMemory, type ReadMemory } from "./read-memory.ts";

export type SqliteDatabase = Database.Database & { readonly readMemory: ReadMemory };

/**
 * Opens (and brings up to date) the endpoint's database. A commit is on the disk when it returns:
 * WAL with `synchronous=FULL`. Fails with `config_invalid` when the file is not ours or is newer than this program.
 */
export function openDatabase(file: string): SqliteDatabase {
  // Waiting stops every request: another process (a command of the administrator) holds the lock for milliseconds only.
  const db = new Database(file, { timeout: 1_000 });
  try {
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = FULL");
    db.pragma("temp_store = MEMORY");
    // What is not in it the system has.
    db.pragma("cache_size = -4000");
    // Pages that many commits change are written back once: 16 MiB of log, read again in a moment after a crash.
    db.pragma("wal_autocheckpoint = 4000");
    db.pragma(`journal_size_limit = ${64 * 1024 * 1024}`);
    migrate(db);
    db.pragma("foreign_keys = ON");
  } catch (cause) {
    db.close();
    throw cause;
  }
  return Object.assign(db, { readMemory: createReadMemory(db) });
}

/** A connection that only reads a database which is open for writing in this process. */
export function openForReading(file: string): SqliteDatabase {
  const db = new Database(file, { readonly: true, timeout: 1_000 });
  db.pragma("temp_store = MEMORY");
  // Every commit empties it; what is not in it the system has.
  db.pragma("cache_size = -4000");
  return Object.assign(db, { readMemory: createReadMemory(db) });
}

/**
 * A connection that writes beside the first one of this process. It hardly waits for a lock of another process, for its
 * thread would answer nobody meanwhile, and leaves checkpoints to the first one.
 */
export function openForWriting(file: string): SqliteDatabase {
  const db = new Database(file, { timeout: 10 });
  db.pragma("synchronous = FULL");
  db.pragma("foreign_keys = ON");
  db.pragma("temp_store = MEMORY");
  db.pragma("cache_size = -4000");
  db.pragma("wal_autocheckpoint = 0");
  return Object.assign(db, { readMemory: createReadMemory(db) });
}

/** Tables that others refer to can be made anew only while references are not enforced; they are looked at in the end. */
function migrate(db: Database.Database): void {
  db.pragma("foreign_keys = OFF");
  db.transaction(() => {
    const version = Number(db.pragma("user_version", { simple: true }));
    if (version > migrations.length) {
      throw new ReliteError("config_invalid", "The data folder was written by a newer version of Relite");
    }
    for (const step of migrations.slice(version)) db.exec(step);
    if (version === migrations.length) return;
    const dangling = db.prepare("PRAGMA foreign_key_check").all();
    if (version > 0 && dangling.length > 0)
      throw new ReliteError("internal", `The database has ${dangling.length} dangling references`);
    db.pragma(`user_version = ${migrations.length}`);
  }).immediate();
}
