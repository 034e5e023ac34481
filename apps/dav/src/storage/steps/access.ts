/** Who else may come in, and who may no longer. */
export const accessStep = `
  CREATE TABLE credentials (
    id TEXT PRIMARY KEY,
    owner INTEGER NOT NULL REFERENCES owners (id),
    kind TEXT NOT NULL,                    -- app-password, share
    label TEXT NOT NULL,
    secret_hash TEXT NOT NULL,             -- SHA-256, hexadecimal; the secret itself is nowhere
    token TEXT NOT NULL,                   -- the UCAN it stands for; empty once revoked
    token_id TEXT NOT NULL UNIQUE,         -- a UCAN is kept once, also after it was revoked here
    resource TEXT NOT NULL,
    action TEXT NOT NULL,
    maker TEXT NOT NULL,                   -- the DID that signed the UCAN
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    last_used_ms INTEGER,                  -- coarse
    revoked_ms INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX credentials_by_owner ON credentials (owner, kind, created_ms);
  CREATE INDEX credentials_by_expiry ON credentials (expires_ms);

  CREATE TABLE revocations (
    token_id TEXT PRIMARY KEY,             -- SHA-256 of header.payload, hexadecimal
    owner INTEGER NOT NULL REFERENCES owners (id),
    issuer TEXT NOT NULL,                  -- the DID that revoked, or "administrator"
    challenge TEXT,                        -- its signature over REVOKE:<cid>
    cid TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL            -- when the token ends by itself
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX revocations_by_owner ON revocations (owner, created_ms);
  CREATE INDEX revocations_by_expiry ON revocations (expires_ms);

  CREATE TABLE lost_devices (
    owner INTEGER NOT NULL REFERENCES owners (id),
    did TEXT NOT NULL,
    lost_by TEXT NOT NULL,                 -- the DID that said so, or "administrator"
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (owner, did)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE device_uses (
    owner INTEGER NOT NULL REFERENCES owners (id),
    did TEXT NOT NULL,
    agent TEXT NOT NULL,                   -- the User-Agent it came with last
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,              -- coarse
    PRIMARY KEY (owner, did)
  ) STRICT, WITHOUT ROWID;

  -- Counts the changes of what was revoked: answers remembered under one count hold while it stands.
  CREATE TABLE access_revision (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL) STRICT;
  INSERT INTO access_revision VALUES (1, 0);
  CREATE TRIGGER revocation_made AFTER INSERT ON revocations BEGIN
    UPDATE access_revision SET revision = revision + 1;
  END;
  CREATE TRIGGER revocation_swept AFTER DELETE ON revocations BEGIN
    UPDATE access_revision SET revision = revision + 1;
  END;
  CREATE TRIGGER device_lost AFTER INSERT ON lost_devices BEGIN
    UPDATE access_revision SET revision = revision + 1;
  END;
  CREATE TRIGGER device_found AFTER DELETE ON lost_devices BEGIN
    UPDATE access_revision SET revision = revision + 1;
  END;
  CREATE TRIGGER owner_did_bound AFTER INSERT ON owner_dids BEGIN
    UPDATE access_revision SET revision = revision + 1;
  END;
  CREATE TRIGGER owner_did_unbound AFTER DELETE ON owner_dids BEGIN
    UPDATE access_revision SET revision = revision + 1;
  END;
`;
