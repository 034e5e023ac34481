import { ReliteError } from "@relite/core/errors";

/** A header that is a number of bytes; null when it is absent, `bad_request` when it is anything else. */
export function readByteCount(header: string | string[] | undefined, name: string): number | null {
  if (header === undefined) return null;
  const count = /^\d{1,16}$/.test(String(header)) ? Number(header) : Number.NaN;
  if (Number.isSafeInteger(count)) return count;
  throw new ReliteError("bad_request", `${name} is a number of bytes`, {
    reason: "bad_length",
    details: { name },
  });
}
