/** One-shot tokens that were used; kept until a month after their end, as revocations are. */
export const usedTokensStep = `
  CREATE TABLE used_tokens (
    token_id TEXT PRIMARY KEY,             -- SHA-256 of header.payload, hexadecimal
    owner INTEGER NOT NULL REFERENCES owners (id),
    expires_ms INTEGER NOT NULL            -- when the token ends by itself
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX used_tokens_by_owner ON used_tokens (owner, expires_ms);
`;
