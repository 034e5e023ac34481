import { dirname } from "node:path";
import { type Disk, realDisk } from "../../src/blobs/disk.ts";

/** The real file system, with a record of what a power cut would leave of it. */
export interface LossyDisk extends Disk {
  /** Files that are there after a power cut: bytes flushed, and every entry on the way to them. */
  durableFiles(): readonly string[];
}

/** `onEvent` is told after each step that moves something nearer to the disk. */
export function lossyDisk(onEvent: () => void): LossyDisk {
  const flushedFiles = new Set<string>();
  /** Entries by path: whether their folder was flushed since they came. What is not in here was there before. */
  const entries = new Map<string, boolean>();
  const isOnDisk = (path: string): boolean => {
    if (entries.get(path) === false) return false;
    const above = dirname(path);
    return above === path || isOnDisk(above);
  };
  const noteFolders = async (path: string): Promise<void> => {
    if ((await realDisk.stat(path)) !== null) return;
    entries.set(path, false);
    await noteFolders(dirname(path));
  };
  const files = new Set<string>();
  return {
    ...realDisk,
    durableFiles: () => [...files].filter((path) => flushedFiles.has(path) && isOnDisk(path)),
    async createFile(path, expectedBytes) {
      const writer = await realDisk.createFile(path, expectedBytes);
      files.add(path);
      entries.set(path, false);
      return {
        ...writer,
        async flush() {
          await writer.flush();
          flushedFiles.add(path);
          onEvent();
        },
      };
    },
    async rename(from, to) {
      await realDisk.rename(from, to);
      files.delete(from);
      files.add(to);
      entries.delete(from);
      // Over a file that is safe already the name stays, with the old bytes or the new ones.
      const isReplaced = flushedFiles.has(to) && isOnDisk(to);
      if (!isReplaced) entries.set(to, false);
      if (flushedFiles.delete(from)) flushedFiles.add(to);
      else if (!isReplaced) flushedFiles.delete(to);
      onEvent();
    },
    async makeFolder(path) {
      await noteFolders(path);
      await realDisk.makeFolder(path);
      onEvent();
    },
    async flushFolder(path) {
      await realDisk.flushFolder(path);
      for (const entry of entries.keys()) if (dirname(entry) === path) entries.set(entry, true);
      onEvent();
    },
    async remove(path) {
      await realDisk.remove(path);
      files.delete(path);
      flushedFiles.delete(path);
      entries.delete(path);
      onEvent();
    },
  };
}
