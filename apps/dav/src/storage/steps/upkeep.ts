/** What exports, backups and restores leave in the database, and how far the change log was shortened. */
export const upkeepStep = `
  CREATE TABLE holds (
    id TEXT PRIMARY KEY,
    since_ms INTEGER NOT NULL,             -- content let go since then stays
    until_ms INTEGER NOT NULL              -- renewed while its command lives
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE timelines (
    from_seq INTEGER PRIMARY KEY,          -- the last change a backup has
    to_seq INTEGER                         -- changes from here on are this server's; NULL: a backup, not in use yet
  ) STRICT;

  ALTER TABLE owners ADD COLUMN pruned_seq INTEGER NOT NULL DEFAULT 0; -- this owner's newest change that was forgotten
`;
