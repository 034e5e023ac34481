import { ReliteError } from "@relite/core/errors";

/** `X-OC-Mtime` (ownCloud, rclone): seconds since 1970, which a file keeps as its modification time, in milliseconds. */
export function readClientMtime(header: string | string[] | undefined): number | null {
  if (header === undefined) return null;
  if (!/^-?\d{1,12}(\.\d{1,9})?$/.test(String(header))) {
    throw new ReliteError("bad_request", "X-OC-Mtime is a number of seconds", { reason: "bad_mtime" });
  }
  return Math.trunc(Number(header) * 1000);
}
