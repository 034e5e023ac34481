import { ReliteError } from "@relite/core/errors";
import Database from "better-sqlite3";
import { migrations } from "./migrations.ts";
import { createReadMemory, type ReadMemory } from "./read-memory.ts";

export type SqliteDatabase = Database.Database & { readonly readMemory: ReadMemory };

/** Pages that many commits change are written back once: 16 MiB of log, read again in a moment after a crash. */
export const checkpointFrames = 4_000;

/**
 * Opens (and brings up to date) the endpoint's database. A commit is on the disk when it returns:
 * WAL with `synchronous=FULL`. Fails with `config_invalid` when the file is not ours or is newer than this program.
 */
export function openDatabase(file: string): SqliteDatabase {
  // Waiting stops every request: another process (a command of the administrator) holds the lock for milliseconds only.
  const db = connect(file, { timeout: 1_000 });
  try {
    db.pragma("journal_mode = WAL");
    holdWrites(db);
    db.pragma(`wal_autocheckpoint = ${checkpointFrames}`);
    db.pragma(`journal_size_limit = ${64 * 1024 * 1024}`);
    migrate(db);
  } catch (cause) {
    db.close();
    throw cause;
  }
  return withMemory(db);
}

/** A connection that only reads a database which is open for writing in this process. */
export function openForReading(file: string): SqliteDatabase {
  return withMemory(connect(file, { readonly: true, timeout: 1_000 }));
}

/**
 * A connection that writes beside the first one of this process. It hardly waits for a lock of another process, for its
 * thread would answer nobody meanwhile, and leaves checkpoints to the first one.
 */
export function openForWriting(file: string): SqliteDatabase {
  const db = connect(file, { timeout: 10 });
  holdWrites(db);
  db.pragma("wal_autocheckpoint = 0");
  return withMemory(db);
}

function connect(file: string, options: Database.Options): Database.Database {
  const db = new Database(file, options);
  db.pragma("temp_store = MEMORY");
  // The commits of others empty it; what is not in it the system has.
  db.pragma("cache_size = -4000");
  return db;
}

/** Whoever writes: a commit is on the disk when it returns, and references hold. */
function holdWrites(db: Database.Database): void {
  db.pragma("synchronous = FULL");
  db.pragma("foreign_keys = ON");
}

function withMemory(db: Database.Database): SqliteDatabase {
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
  db.pragma("foreign_keys = ON");
}
