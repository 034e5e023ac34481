import { randomUUID } from "node:crypto";
import { mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { errorCode } from "../storage/storage-errors.ts";

/**
 * The two questions about content files that are asked inside a transaction. Transactions of all threads and processes
 * come one after the other, so content is either set aside before a write looks for it, or stays because of it.
 */
export interface ContentFiles {
  has(owner: number, hash: string): boolean;
  /** Takes a file that nobody wrote since `beforeMs` out of the store, to be removed later; says whether it did. */
  setAside(owner: number, hash: string, beforeMs: number): boolean;
}

export function contentPath(folder: string, owner: number, hash: string): string {
  return join(folder, "content", String(owner), hash.slice(0, 2), hash);
}

/** Removing a large file takes long, renaming it does not. */
export function setAsideFolder(folder: string): string {
  return join(folder, "aside");
}

export function createContentFiles(folder: string): ContentFiles {
  return {
    has: (owner, hash) => modifiedMs(contentPath(folder, owner, hash)) !== null,
    setAside(owner, hash, beforeMs) {
      const path = contentPath(folder, owner, hash);
      const writtenMs = modifiedMs(path);
      if (writtenMs === null || writtenMs >= beforeMs) return false;
      mkdirSync(setAsideFolder(folder), { recursive: true, mode: 0o700 });
      renameSync(path, join(setAsideFolder(folder), randomUUID()));
      return true;
    },
  };
}

function modifiedMs(path: string): number | null {
  try {
    return statSync(path).mtimeMs;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}
