import { isReliteError, ReliteError } from "@relite/core/errors";

const full = new Set(["ENOSPC", "EDQUOT", "EFBIG", "SQLITE_FULL"]);
const exhausted = new Set(["EMFILE", "ENFILE", "ENOMEM"]);

// Who deletes to make room has to wait: the trash holds it until the disk is looked at again, readers a minute longer.
const fullText = "The server's disk is full; what is deleted makes room within some minutes";

/** What any failure means for the caller: 507 for a full disk or database, 503 for a busy one, a plain 500 for the rest. */
export function storageError(cause: unknown): ReliteError {
  if (isReliteError(cause)) return cause;
  const code = errorCode(cause);
  if (full.has(code)) {
    return new ReliteError("insufficient_storage", fullText, {
      reason: "disk_full",
      cause,
    });
  }
  if (exhausted.has(code) || isDatabaseHeld(cause)) {
    return new ReliteError("unavailable", "The storage is busy, try again", {
      reason: "storage_busy",
      cause,
    });
  }
  return new ReliteError("internal", "Something went wrong on the server", { cause });
}

/** Whether another process holds the database, or another connection does. */
export function isDatabaseHeld(cause: unknown): boolean {
  return errorCode(cause).startsWith("SQLITE_BUSY");
}

/** Whether the disk (not somebody's quota) has no room. */
export function isDiskFull(cause: unknown): boolean {
  return storageError(cause).reason === "disk_full";
}

export function errorCode(cause: unknown): string {
  if (typeof cause !== "object" || cause === null || !("code" in cause)) return "";
  return typeof cause.code === "string" ? cause.code : "";
}
