import { isReliteError } from "@relite/core/errors";
import { errorCode } from "../storage/storage-errors.ts";

/** What the system said of a file, in plain words. */
export function fileTrouble(error: unknown): string {
  if (isReliteError(error)) return error.message;
  const words: Readonly<Record<string, string>> = {
    EACCES: "permission denied",
    EPERM: "permission denied",
    ENOSPC: "no space left on the disk",
    EDQUOT: "no space left in your quota of the disk",
    ENOENT: "is gone",
    EROFS: "the file system is read-only",
    ENAMETOOLONG: "its name or path is too long for this file system",
    EXDEV: "is on another file system than the folder",
    EINVAL: "this file system does not take its name",
    EILSEQ: "this file system does not take its name",
    EISDIR: "a folder is in its place",
    ENOTDIR: "a file is in the place of one of its folders",
    ELOOP: "a link is in its place",
    EIO: "the disk failed",
    EFBIG: "too large for this file system",
    EMFILE: "too many open files",
  };
  const code = errorCode(error);
  return words[code] ?? (code === "" ? "unexpected error" : `failed (${code})`);
}

/** Whether trying the next file makes no sense. */
export function isDiskFull(error: unknown): boolean {
  const cause = isReliteError(error) && error.reason === "disk_full" ? "ENOSPC" : errorCode(error);
  return cause === "ENOSPC" || cause === "EDQUOT" || cause === "SQLITE_FULL" || cause === "EROFS";
}

/** Whether another name may do. */
export function isNameTrouble(error: unknown): boolean {
  return ["ENAMETOOLONG", "EINVAL", "EILSEQ"].includes(errorCode(error));
}
