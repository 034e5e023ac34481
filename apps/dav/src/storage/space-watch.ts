import { statfs } from "node:fs/promises";
import type { Logger } from "@relite/core/log";

const lowBytes = 1024 ** 3;
const repeatMs = 3_600_000;

export interface SpaceWatch {
  /** Looks how much room is left, and warns while it is little: at once, and then every hour. */
  look(nowMs: number): Promise<void>;
}

/** Says in the log that a disk is getting full, before anybody is refused. */
export function createSpaceWatch(folders: readonly string[], log: Logger, free = freeBytes): SpaceWatch {
  let warnedMs: number | null = null;
  return {
    async look(nowMs) {
      const left = await Promise.all(folders.map(free));
      const least = Math.min(...left.filter((bytes) => bytes !== null));
      if (least >= lowBytes) {
        if (warnedMs !== null) log.info({ freeBytes: least }, "there is room on the disk again");
        warnedMs = null;
        return;
      }
      if (warnedMs !== null && nowMs >= warnedMs && nowMs - warnedMs < repeatMs) return;
      warnedMs = nowMs;
      log.warn(
        { freeBytes: least, folder: folders[left.indexOf(least)] },
        "the disk is nearly full: writes are refused when it is",
      );
    },
  };
}

/** Null where that cannot be said. */
async function freeBytes(folder: string): Promise<number | null> {
  return statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  );
}
