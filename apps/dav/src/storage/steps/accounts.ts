/** Owners with a state, and invitations: places for owners to come. */
export const accountsStep = `
  ALTER TABLE owners ADD COLUMN admin INTEGER NOT NULL DEFAULT 0;  -- 1: may invite others
  ALTER TABLE owners ADD COLUMN disabled_ms INTEGER;               -- since when all requests are refused
  ALTER TABLE owners ADD COLUMN seen_ms INTEGER;                   -- the last request, to about a minute
  ALTER TABLE owners ADD COLUMN label TEXT;                        -- who it is, as the invitation said
  ALTER TABLE owners ADD COLUMN joined TEXT;                       -- 'open' when nobody invited
  UPDATE owners SET admin = 1 WHERE id = (SELECT min(id) FROM owners);

  CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    code_hash TEXT NOT NULL UNIQUE,        -- SHA-256 of the code, hexadecimal; the code itself is kept nowhere
    label TEXT,
    quota_bytes INTEGER,                   -- NULL: what new owners get by default
    made_by INTEGER REFERENCES owners (id), -- NULL: the command line
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    revoked_ms INTEGER,
    used_ms INTEGER,
    used_by INTEGER REFERENCES owners (id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX invitations_by_time ON invitations (created_ms);
`;
