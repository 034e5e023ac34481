/** Clients that ask a browser for a password of their own, and what such a password was made with. */
export const loginsStep = `
  ALTER TABLE credentials ADD COLUMN parent TEXT; -- the password it was made with: it can do no more, and ends with it
  CREATE INDEX credentials_by_parent ON credentials (parent) WHERE parent IS NOT NULL;

  CREATE TABLE logins (
    poll_hash TEXT PRIMARY KEY,            -- SHA-256, hexadecimal, of the secret the client fetches its password with
    page_hash TEXT NOT NULL UNIQUE,        -- of the secret in the address the browser opens
    agent TEXT NOT NULL,                   -- the User-Agent that asked
    address TEXT NOT NULL,                 -- and from where
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    owner INTEGER REFERENCES owners (id),  -- from here on NULL until somebody gave access
    resource TEXT,
    action TEXT,
    parent TEXT,                           -- the password it was given with
    token TEXT,                            -- the UCAN of that
    token_id TEXT,
    maker TEXT,
    until_ms INTEGER                       -- when what is given ends
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX logins_by_expiry ON logins (expires_ms);
  CREATE INDEX logins_by_owner ON logins (owner) WHERE owner IS NOT NULL;
`;
