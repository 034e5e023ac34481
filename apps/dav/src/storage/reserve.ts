import { randomFillSync } from "node:crypto";
import { closeSync, openSync, rmSync, statfsSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { SqliteDatabase } from "./open-database.ts";
import { isDiskFull } from "./storage-errors.ts";

const mebibyte = 1024 * 1024;
const reserveBytes = 8 * mebibyte;
/** Left to the database's log, which needs room for every change. */
const headroomBytes = 4 * mebibyte;
/** With more than this free, nothing is kept back yet. */
const plentyBytes = 8 * 1024 * mebibyte;

/** Room beside the database that only work which frees may use: without it, nobody could delete on a full disk. */
export interface Reserve {
  /** Gives the room back, and what the database's log holds. */
  release(): void;
  /** Keeps room back again, as far as the disk has it. Costs a look at the disk when there is nothing to do. */
  keepBack(): void;
  freeBytes(): number;
}

/** Does what must work on a full disk even before there is a database: once more without the reserve. */
export async function withReserve<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    rmSync(reserveFile(folder), { force: true });
    return work();
  }
}

export function createReserve(folder: string, db: SqliteDatabase): Reserve {
  const file = reserveFile(folder);

  function freeBytes(): number {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  }

  function drop(): void {
    rmSync(file, { force: true });
  }

  return {
    freeBytes,
    release() {
      ignoreFailure(drop);
      // Writes the log's pages where they belong and cuts it off, which on a full disk needs the room just given back.
      ignoreFailure(() => db.pragma("wal_checkpoint(TRUNCATE)"));
    },
    keepBack() {
      ignoreFailure(() => {
        const held = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
        const free = freeBytes() + held;
        const wanted = free > plentyBytes ? held : Math.min(reserveBytes, free - headroomBytes);
        if (held >= wanted || wanted < mebibyte) return;
        fill(file, wanted);
      }, drop);
    },
  };
}

const reserveFile = (folder: string) => join(folder, "reserve");

/** Random bytes, for a file system may keep zeroes without taking room for them. */
function fill(file: string, bytes: number): void {
  const chunk = randomFillSync(Buffer.alloc(mebibyte));
  const fd = openSync(file, "w", 0o600);
  try {
    for (let left = bytes; left > 0; left -= chunk.length)
      writeSync(fd, chunk, 0, Math.min(left, chunk.length));
  } finally {
    closeSync(fd);
  }
}

/** What cannot be done here shows in the write that needs it. */
function ignoreFailure(work: () => void, otherwise = () => {}): void {
  try {
    work();
  } catch {
    otherwise();
  }
}
