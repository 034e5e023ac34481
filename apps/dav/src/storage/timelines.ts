import type { SqliteDatabase } from "./open-database.ts";

/**
 * A backup that comes into use has lost changes some clients know of. Their sync tokens must not hold, and no collection
 * may get an ETag it had in the time that was lost: the numbers of changes go on far above all that were given out, and
 * what lies between is known as a gap. Tokens from before the backup stay right.
 */
export function markAsBackup(db: SqliteDatabase): void {
  db.transaction(() => {
    db.exec(`INSERT INTO timelines (from_seq, to_seq)
      SELECT ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'changes'), 0), NULL
      WHERE NOT EXISTS (SELECT 1 FROM timelines WHERE to_seq IS NULL)`);
    // Whatever would write files without having begun a timeline fails.
    db.exec(`CREATE TRIGGER IF NOT EXISTS backup_is_not_in_use BEFORE INSERT ON changes
      BEGIN SELECT RAISE(ABORT, 'a backup that is not in use'); END`);
  }).immediate();
}

export function isBackup(db: Pick<SqliteDatabase, "prepare">): boolean {
  return db.prepare("SELECT 1 FROM timelines WHERE to_seq IS NULL").get() !== undefined;
}

/** Another number after every backup that came into use; null while none did. */
export function readTimeline(db: SqliteDatabase): number | null {
  const row = db.prepare<[], { seq: number | null }>("SELECT max(to_seq) AS seq FROM timelines").get();
  return row?.seq ?? null;
}

/** Before the first write: a backup becomes a server's own data. Answers whether it was one. */
export function beginTimeline(db: SqliteDatabase, nowMs: number): boolean {
  return db
    .transaction(() => {
      if (!isBackup(db)) return false;
      // The time makes two restores of one backup differ, and is more than any number of changes.
      const leap = Math.max(Math.trunc(nowMs), 1_000_000_000);
      for (const table of ["changes", "nodes"]) leapOver(db, table, leap);
      db.prepare(
        "UPDATE timelines SET to_seq = (SELECT seq FROM sqlite_sequence WHERE name = 'changes') WHERE to_seq IS NULL",
      ).run();
      db.exec("DROP TRIGGER IF EXISTS backup_is_not_in_use");
      return true;
    })
    .immediate();
}

function leapOver(db: SqliteDatabase, table: string, leap: number): void {
  const { changes } = db.prepare("UPDATE sqlite_sequence SET seq = seq + ? WHERE name = ?").run(leap, table);
  if (changes === 0) db.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)").run(table, leap);
}
