import { randomUUID } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { lstat, mkdir, open, readdir, rename, rm, unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../../storage/storage-errors.ts";

export interface TargetPart {
  write(bytes: Uint8Array): Promise<void>;
  /** Gives the file its time and its place: whole and flushed, replacing a file or a link, never following one. */
  finish(path: string, modifiedMs: number): Promise<void>;
  /** Removes what was written. */
  discard(): Promise<void>;
}

/** The few things an export asks of the file system it writes to; tests put a failing one below. */
export interface TargetFiles {
  /** What is there itself, not what a link leads to; null: nothing. */
  look(path: string): Promise<Stats | null>;
  makeFolder(path: string): Promise<void>;
  setTime(path: string, modifiedMs: number): Promise<void>;
  createPart(): Promise<TargetPart>;
  read(path: string): AsyncIterable<Uint8Array>;
  names(path: string): Promise<readonly string[]>;
  remove(path: string): Promise<void>;
  /** Removes what runs that were killed left behind. */
  clear(): Promise<void>;
}

export function createTargetFiles(folder: string): TargetFiles {
  const parts = join(folder, partsName);
  return {
    look,
    makeFolder: async (path) => void (await mkdir(path)),
    async setTime(path, modifiedMs) {
      // As dates: a number below zero would be taken for now.
      await utimes(path, new Date(modifiedMs), new Date(modifiedMs));
    },
    async createPart() {
      await mkdir(parts, { recursive: true });
      const path = join(parts, randomUUID());
      const file = await open(path, "wx");
      return {
        async write(bytes) {
          for (let offset = 0; offset < bytes.byteLength; ) {
            offset += (await file.write(bytes, offset)).bytesWritten;
          }
        },
        async finish(target, modifiedMs) {
          await file.utimes(new Date(modifiedMs), new Date(modifiedMs));
          await file.datasync();
          await file.close();
          await rename(path, target);
        },
        async discard() {
          await file.close().catch(() => {});
          await unlink(path).catch(() => {});
        },
      };
    },
    async *read(path) {
      const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
      yield* file.createReadStream({ highWaterMark: 256 * 1024 });
    },
    names: (path) => readdir(path),
    remove: (path) => unlink(path),
    clear: () => rm(parts, { recursive: true, force: true }),
  };
}

/** Where files are written until they are whole. */
export const partsName = ".relite-parts";

async function look(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}
