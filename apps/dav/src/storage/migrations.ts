import { accessStep } from "./steps/access.ts";
import { accountsStep } from "./steps/accounts.ts";
import { checksumsStep } from "./steps/checksums.ts";
import { contentsByHashStep } from "./steps/contents-by-hash.ts";
import { loginsStep } from "./steps/logins.ts";
import { ownerStateStep } from "./steps/owner-state.ts";
import { removalStep } from "./steps/removal.ts";
import { sessionsStep } from "./steps/sessions.ts";
import { trashStep } from "./steps/trash.ts";
import { upkeepStep } from "./steps/upkeep.ts";
import { uploadConcatStep } from "./steps/upload-concat.ts";
import { uploadsStep } from "./steps/uploads.ts";
import { usedTokensStep } from "./steps/used-tokens.ts";

/**
 * The schema, one step per version (`user_version` counts the steps applied); a step that was released never changes.
 * Laid out so that locks, properties, uploads and trash join as tables beside `nodes` and `contents`.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE owners (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    root INTEGER,                          -- the node everything of this owner hangs below
    quota_bytes INTEGER,                   -- NULL: unlimited
    used_bytes INTEGER NOT NULL DEFAULT 0, -- sum of the sizes of all files
    used_nodes INTEGER NOT NULL DEFAULT 0, -- number of all files and collections
    created_ms INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE owner_dids (
    did TEXT PRIMARY KEY,
    owner INTEGER NOT NULL REFERENCES owners (id),
    created_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE contents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner INTEGER NOT NULL REFERENCES owners (id),
    hash TEXT NOT NULL,                    -- SHA-256, hexadecimal
    size INTEGER NOT NULL,
    unreferenced_ms INTEGER,               -- since when no node has it
    data BLOB,                             -- NULL: the bytes are in the blob store
    UNIQUE (owner, hash)
  ) STRICT;

  CREATE TABLE nodes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: part of a collection's ETag
    owner INTEGER NOT NULL REFERENCES owners (id),
    parent INTEGER REFERENCES nodes (id),
    name TEXT NOT NULL,
    kind INTEGER NOT NULL,                 -- 0 collection, 1 file
    size INTEGER NOT NULL,
    hash TEXT,
    content INTEGER REFERENCES contents (id),
    type TEXT,
    version INTEGER NOT NULL,              -- the last change at or below this node (changes.seq)
    created_ms INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL,
    UNIQUE (parent, name)
  ) STRICT;
  CREATE INDEX nodes_by_content ON nodes (content) WHERE content IS NOT NULL;
  CREATE INDEX contents_unreferenced ON contents (unreferenced_ms) WHERE unreferenced_ms IS NOT NULL;

  CREATE TABLE changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    owner INTEGER NOT NULL,
    node INTEGER NOT NULL,
    parent INTEGER,
    name TEXT NOT NULL,
    action INTEGER NOT NULL,               -- 1 made or changed (a copied or moved tree once, at its top), 2 removed
    at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX changes_by_owner ON changes (owner, seq);
  `,
  `
  CREATE TABLE properties (
    node INTEGER NOT NULL REFERENCES nodes (id) ON DELETE CASCADE,
    owner INTEGER NOT NULL REFERENCES owners (id),
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    xml TEXT NOT NULL,                     -- the element as it was sent, readable on its own
    size INTEGER NOT NULL,                 -- bytes of all three, part of owners.used_bytes
    PRIMARY KEY (node, namespace, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER property_made AFTER INSERT ON properties BEGIN
    UPDATE owners SET used_bytes = used_bytes + NEW.size WHERE id = NEW.owner;
  END;
  CREATE TRIGGER property_changed AFTER UPDATE ON properties BEGIN
    UPDATE owners SET used_bytes = used_bytes + NEW.size - OLD.size WHERE id = NEW.owner;
  END;
  CREATE TRIGGER property_removed AFTER DELETE ON properties BEGIN
    UPDATE owners SET used_bytes = used_bytes - OLD.size WHERE id = OLD.owner;
  END;
  `,
  `
  CREATE TABLE locks (
    token TEXT PRIMARY KEY,                -- urn:uuid:…
    owner INTEGER NOT NULL REFERENCES owners (id),
    node INTEGER NOT NULL REFERENCES nodes (id) ON DELETE CASCADE,
    principal TEXT NOT NULL,               -- the DID that may use and end it
    shared INTEGER NOT NULL,
    deep INTEGER NOT NULL,                 -- 1: for everything below, too
    owner_xml TEXT,
    expires_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX locks_by_owner ON locks (owner, expires_ms);
  CREATE INDEX locks_by_node ON locks (node);
  CREATE INDEX locks_by_expiry ON locks (expires_ms);
  `,
  accountsStep,
  upkeepStep,
  checksumsStep,
  accessStep,
  trashStep,
  uploadsStep,
  removalStep,
  sessionsStep,
  uploadConcatStep,
  ownerStateStep,
  loginsStep,
  contentsByHashStep,
  usedTokensStep,
];
