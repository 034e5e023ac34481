/** Files on their way: what was begun, and the parts that are safe on the disk. Their bytes are part of `owners.used_bytes`. */
export const uploadsStep = `
  CREATE TABLE uploads (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner INTEGER NOT NULL REFERENCES owners (id),
    app TEXT NOT NULL,
    actor TEXT NOT NULL,                  -- who began it and alone may go on with it
    name TEXT NOT NULL,
    kind INTEGER NOT NULL,                -- 0 numbered parts, 1 tus
    target TEXT,                          -- JSON: app and path of the file it will be; NULL: said at the end
    length INTEGER,                       -- bytes it will have; NULL: not said yet
    metadata TEXT,                        -- tus: Upload-Metadata as it was sent
    finished INTEGER NOT NULL DEFAULT 0,  -- 1: the file is there; kept so that a client that asks again is told so
    version INTEGER NOT NULL DEFAULT 0,   -- counts every change of its parts
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    UNIQUE (owner, app, actor, name)
  ) STRICT;
  CREATE INDEX uploads_by_expiry ON uploads (expires_ms);

  CREATE TABLE upload_parts (
    upload INTEGER NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    owner INTEGER NOT NULL REFERENCES owners (id),
    start INTEGER NOT NULL,               -- number or offset: the order of the parts
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    file TEXT NOT NULL UNIQUE,            -- below <data>/dav/uploads/<owner>/
    hash TEXT,                            -- SHA-256, hexadecimal; NULL: not known of what is there
    PRIMARY KEY (upload, start)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER upload_part_made AFTER INSERT ON upload_parts BEGIN
    UPDATE owners SET used_bytes = used_bytes + NEW.size WHERE id = NEW.owner;
  END;
  CREATE TRIGGER upload_part_changed AFTER UPDATE ON upload_parts BEGIN
    UPDATE owners SET used_bytes = used_bytes + NEW.size - OLD.size WHERE id = NEW.owner;
  END;
  CREATE TRIGGER upload_part_removed AFTER DELETE ON upload_parts BEGIN
    UPDATE owners SET used_bytes = used_bytes - OLD.size WHERE id = OLD.owner;
  END;
`;
