import { createReadStream } from "node:fs";
import { link, open, opendir, rename, stat, unlink, utimes } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { makeFolder } from "@relite/core/node";
import { errorCode } from "../storage/storage-errors.ts";
import { createWriter, type DiskWriter } from "./disk-writer.ts";

export interface DiskReader {
  /** Fills `into` from a place on, as far as the file goes and the system likes; answers how many bytes came. */
  read(into: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

/** The few things blobs ask of a file system; tests put a failing one below. */
export interface Disk {
  /** A new file of about that many bytes, where it is known. */
  createFile(path: string, expectedBytes?: number): Promise<DiskWriter>;
  rename(from: string, to: string): Promise<void>;
  /** A second name for a file, which counts as written now. */
  link(from: string, to: string): Promise<void>;
  /** Makes the folder and its missing parents; they last once the folders they stand in were flushed. */
  makeFolder(path: string): Promise<void>;
  /** Makes entries of the folder durable. */
  flushFolder(path: string): Promise<void>;
  /** Null when there is no such file. */
  openFile(path: string): Promise<DiskReader | null>;
  read(path: string, range: { start: number; end: number }): Promise<Readable>;
  stat(path: string): Promise<{ size: number; modifiedMs: number } | null>;
  remove(path: string): Promise<void>;
  names(path: string): Promise<readonly string[]>;
}

const readChunkBytes = 256 * 1024;

/** The real file system. Files and folders are the server's own: modes 600 and 700. */
export const realDisk: Disk = {
  createFile: (path, expectedBytes = 0) => createWriter(path, expectedBytes),
  rename,
  async link(from, to) {
    await link(from, to);
    const now = new Date();
    await utimes(to, now, now);
  },
  makeFolder,
  async flushFolder(path) {
    const folder = await open(path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
  async openFile(path) {
    try {
      const file = await open(path, "r");
      return {
        read: async (into, position) => (await file.read(into, 0, into.byteLength, position)).bytesRead,
        close: () => file.close(),
      };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  },
  async read(path, range) {
    const file = await open(path, "r");
    return createReadStream(path, { ...range, fd: file, highWaterMark: readChunkBytes });
  },
  async stat(path) {
    try {
      const found = await stat(path);
      return { size: found.size, modifiedMs: found.mtimeMs };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  },
  remove: (path) => unlink(path).catch(ignoreMissing),
  async names(path) {
    const names: string[] = [];
    try {
      for await (const entry of await opendir(path)) names.push(entry.name);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    return names;
  },
};

/**
 * Makes a folder's entries durable, and its own entry and those on the way to it: they may be new, made just now or by a
 * process that was killed. Folders further up that may not be opened were there before.
 */
export async function flushPath(disk: Disk, path: string): Promise<void> {
  await disk.flushFolder(path);
  for (let at = dirname(path); ; at = dirname(at)) {
    await disk.flushFolder(at).catch(ignoreRefused);
    if (at === dirname(at)) return;
  }
}

function ignoreRefused(error: unknown): void {
  if (!["EACCES", "EPERM", "EROFS", "EINVAL"].includes(errorCode(error))) throw error;
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}

function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}
