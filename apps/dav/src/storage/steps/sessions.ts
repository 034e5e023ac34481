/** Cookies are kept nowhere; those that were given back before their time are. */
export const sessionsStep = `
  CREATE TABLE ended_sessions (
    id TEXT PRIMARY KEY,                   -- the random part of the cookie, which opens nothing by itself
    owner INTEGER NOT NULL REFERENCES owners (id),
    expires_ms INTEGER NOT NULL            -- when the cookie ends by itself
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX ended_sessions_by_owner ON ended_sessions (owner, expires_ms);
`;
