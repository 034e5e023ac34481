import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { errorCode } from "../storage/storage-errors.ts";

export interface DiskWriter {
  write(bytes: Uint8Array): Promise<void>;
  /** Flushes the bytes so far to the disk. */
  sync(): Promise<void>;
  /** Flushes the bytes to the disk and closes. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Files that are expected to have at least so many bytes are written past the page cache, where the system can. */
export const minDirectBytes = 16 * 1024 * 1024;

/** What a place in the file, a length and an address in memory must be a multiple of. */
const blockBytes = 4096;

/**
 * A new file, mode 600. Written past the page cache (`O_DIRECT`), a large one costs neither a copy of each byte nor memory
 * that others need, and is on the disk while it still comes in. What does not fit that (a last part of a block, a file
 * system or memory that is not made for it) goes the usual way.
 */
export async function createWriter(path: string, expectedBytes: number): Promise<DiskWriter> {
  const file = await open(path, "wx", 0o600);
  let direct = expectedBytes < minDirectBytes ? null : await openDirect(path);
  let size = 0;

  async function writeSome(bytes: Uint8Array): Promise<number> {
    const blocks = bytes.byteLength - (bytes.byteLength % blockBytes);
    if (direct === null || blocks === 0 || size % blockBytes !== 0)
      return (await file.write(bytes, 0, bytes.byteLength, size)).bytesWritten;
    try {
      return (await direct.write(bytes, 0, blocks, size)).bytesWritten;
    } catch (error) {
      if (!isUnfit(error)) throw error;
      await closeDirect();
      return 0;
    }
  }

  async function closeDirect(): Promise<void> {
    const closing = direct;
    direct = null;
    await closing?.close();
  }

  const close = () => closeDirect().finally(() => file.close());

  return {
    async write(bytes) {
      for (let at = 0; at < bytes.byteLength; ) {
        const written = await writeSome(bytes.subarray(at));
        at += written;
        size += written;
      }
    },
    sync: () => file.datasync(),
    async flush() {
      await file.datasync();
      await close();
    },
    close,
  };
}

/** Null where it cannot be had, be it for want of descriptors: what is written the usual way is as good. */
async function openDirect(path: string): Promise<FileHandle | null> {
  if (constants.O_DIRECT === undefined) return null;
  // Not in one with the making: where the system cannot, it makes the file all the same, and says no.
  return open(path, constants.O_WRONLY | constants.O_DIRECT).catch(() => null);
}

function isUnfit(error: unknown): boolean {
  return ["EINVAL", "ENOTSUP", "EOPNOTSUPP"].includes(errorCode(error));
}
