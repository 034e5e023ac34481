/** What was deleted, as it hangs below its owner's `trash/<app>`, and what files held before they were written over. */
export const trashStep = `
  -- of used_bytes: what a write may take when the quota is used up; never more than trash and versions really hold
  ALTER TABLE owners ADD COLUMN kept_bytes INTEGER NOT NULL DEFAULT 0;

  CREATE TABLE trash (
    node INTEGER PRIMARY KEY REFERENCES nodes (id) ON DELETE CASCADE,
    owner INTEGER NOT NULL REFERENCES owners (id),
    app TEXT NOT NULL,
    path TEXT NOT NULL,                    -- where it was below its app; segments parted by slashes
    deleted_ms INTEGER NOT NULL,
    deleted_by TEXT,                       -- DID of the device
    bytes INTEGER                          -- sizes of all files in it; NULL until they were counted
  ) STRICT;
  CREATE INDEX trash_by_age ON trash (owner, deleted_ms);
  CREATE INDEX trash_uncounted ON trash (owner, node) WHERE bytes IS NULL;
  CREATE TRIGGER trash_made AFTER INSERT ON trash WHEN NEW.bytes > 0 BEGIN
    UPDATE owners SET kept_bytes = kept_bytes + NEW.bytes WHERE id = NEW.owner;
  END;
  CREATE TRIGGER trash_counted AFTER UPDATE OF bytes ON trash BEGIN
    UPDATE owners SET kept_bytes = kept_bytes + ifnull(NEW.bytes, 0) - ifnull(OLD.bytes, 0) WHERE id = NEW.owner;
  END;
  CREATE TRIGGER trash_gone AFTER DELETE ON trash WHEN OLD.bytes > 0 BEGIN
    UPDATE owners SET kept_bytes = kept_bytes - OLD.bytes WHERE id = OLD.owner;
  END;

  CREATE TABLE versions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: a version's name
    owner INTEGER NOT NULL REFERENCES owners (id),
    node INTEGER NOT NULL REFERENCES nodes (id) ON DELETE CASCADE,
    content INTEGER NOT NULL REFERENCES contents (id),
    hash TEXT NOT NULL,
    size INTEGER NOT NULL,
    type TEXT,
    modified_ms INTEGER NOT NULL,
    replaced_ms INTEGER NOT NULL,
    replaced_by TEXT                       -- DID of the device
  ) STRICT;
  CREATE INDEX versions_by_node ON versions (node, id);
  CREATE INDEX versions_by_content ON versions (content);
  CREATE INDEX versions_by_age ON versions (owner, replaced_ms);
  CREATE TRIGGER version_kept AFTER INSERT ON versions BEGIN
    UPDATE owners SET used_bytes = used_bytes + NEW.size, kept_bytes = kept_bytes + NEW.size WHERE id = NEW.owner;
  END;
  CREATE TRIGGER version_gone AFTER DELETE ON versions BEGIN
    UPDATE owners SET used_bytes = used_bytes - OLD.size, kept_bytes = kept_bytes - OLD.size WHERE id = OLD.owner;
  END;
`;
