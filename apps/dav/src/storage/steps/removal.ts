/** Owners who are no more: their row stays, so that what was revoked for their keys stays revoked. */
export const removalStep = `
  ALTER TABLE owners ADD COLUMN removed_ms INTEGER;                -- since when no key leads here
  ALTER TABLE owners ADD COLUMN emptied_ms INTEGER;                -- since when nothing of a removed owner is left
  CREATE INDEX owners_to_empty ON owners (id) WHERE removed_ms IS NOT NULL AND emptied_ms IS NULL;

  CREATE TABLE removed_dids (
    did TEXT NOT NULL,
    owner INTEGER NOT NULL REFERENCES owners (id),
    PRIMARY KEY (did, owner)
  ) STRICT, WITHOUT ROWID;
`;
