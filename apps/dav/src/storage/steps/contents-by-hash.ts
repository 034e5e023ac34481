/**
 * Only content in the blob store is looked up by its hash: an index over all small files costs each PUT a page of the log at
 * a random place. The table is made anew, for SQLite cannot drop a constraint; the ids stay, and none is used again.
 */
export const contentsByHashStep = `
  CREATE TABLE new_contents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner INTEGER NOT NULL REFERENCES owners (id),
    hash TEXT NOT NULL,                    -- SHA-256, hexadecimal
    size INTEGER NOT NULL,
    unreferenced_ms INTEGER,               -- since when no node has it
    data BLOB,                             -- NULL: the bytes are in the blob store, once per owner
    checksums TEXT                         -- SHA1:… MD5:…
  ) STRICT;
  INSERT INTO new_contents (id, owner, hash, size, unreferenced_ms, data, checksums)
    SELECT id, owner, hash, size, unreferenced_ms, data, checksums FROM contents;
  INSERT INTO sqlite_sequence (name, seq) SELECT 'new_contents', 0
    WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'new_contents');
  UPDATE sqlite_sequence SET seq = ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'contents'), 0)
    WHERE name = 'new_contents';
  DROP TABLE contents;
  ALTER TABLE new_contents RENAME TO contents;
  CREATE UNIQUE INDEX contents_by_hash ON contents (owner, hash) WHERE data IS NULL;
  CREATE INDEX contents_unreferenced ON contents (unreferenced_ms) WHERE unreferenced_ms IS NOT NULL;
`;
