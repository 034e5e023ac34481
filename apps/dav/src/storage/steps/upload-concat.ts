/** Parts of files that are sent as uploads of their own, and files made of them (tus concatenation). */
export const uploadConcatStep = `
  ALTER TABLE uploads ADD COLUMN concat TEXT;   -- tus: Upload-Concat as it was sent, "partial" or "final;…"
`;
