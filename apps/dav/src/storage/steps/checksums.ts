/** What clients said of a content and was found true, kept with it: the same bytes have the same checksums. */
export const checksumsStep = `
  ALTER TABLE contents ADD COLUMN checksums TEXT; -- SHA1:… MD5:…
`;
