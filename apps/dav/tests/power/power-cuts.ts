import { readFileSync } from "node:fs";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { LossyDisk } from "./lossy-disk.ts";

/** What was on the disk for certain at one moment, and how many writes had been acknowledged by then. */
interface Moment {
  readonly database: Buffer;
  readonly wal: Buffer;
  readonly files: readonly string[];
  readonly acknowledged: number;
}

/** A cut between two moments: what was under way may have reached the disk in part. */
export interface PowerCut {
  /** Writes acknowledged before it: all of them must be there. */
  readonly acknowledged: number;
  readonly told: string;
  /** Makes the folder as it is found when the power is back. */
  restore(folder: string): Promise<void>;
}

/**
 * Records what a power cut leaves, moment by moment: the database and its log as written and flushed (a commit is
 * acknowledged after the flush), and of the content what was flushed up to its last folder entry.
 */
export function recordMoments(folder: string) {
  const moments: Moment[] = [];
  const databaseFile = join(folder, "dav", "endpoint.db");
  let disk: LossyDisk | null = null;
  return {
    watch(watched: LossyDisk): void {
      disk = watched;
    },
    record(acknowledged: number): void {
      const last = moments.at(-1);
      const wal = readOr(`${databaseFile}-wal`, last?.wal);
      const database = readOr(databaseFile, last?.database);
      moments.push({ database, wal, files: disk?.durableFiles() ?? [], acknowledged });
    },
    /** A cut at a random moment, the log torn at a random byte of what was being written. */
    cut(random: () => number): PowerCut {
      const at = Math.floor(random() * (moments.length - 1));
      const [before, after] = [moments[at], moments[at + 1]];
      if (before === undefined || after === undefined) throw new Error("nothing was recorded");
      const { wal, told } = tornLog(before.wal, after.wal, random);
      const isCheckpoint = !before.database.equals(after.database);
      // While the log is copied into the database, nothing of the log is overwritten.
      const database = isCheckpoint ? mixPages(before.database, after.database, random) : before.database;
      const log = isCheckpoint ? before.wal : wal;
      return {
        acknowledged: before.acknowledged,
        told: `moment ${at} of ${moments.length}, ${isCheckpoint ? "in a checkpoint" : told}`,
        async restore(target) {
          await mkdir(join(target, "dav"), { recursive: true });
          await writeFile(join(target, "dav", "endpoint.db"), database);
          await writeFile(join(target, "dav", "endpoint.db-wal"), log);
          for (const file of before.files) {
            const path = join(target, relative(folder, file));
            await mkdir(dirname(path), { recursive: true });
            await copyFile(file, path);
          }
        },
      };
    },
  };
}

function readOr(file: string, known: Buffer | undefined): Buffer {
  const bytes = readFileSync(file, { flag: "a+" });
  return known?.equals(bytes) ? known : bytes;
}

/** The log in between two states of it: cut off, or with zeroes, old bytes or noise where the new ones did not arrive. */
function tornLog(before: Buffer, after: Buffer, random: () => number): { wal: Buffer; told: string } {
  let from = 0;
  while (from < before.length && from < after.length && before[from] === after[from]) from += 1;
  if (from === after.length) return { wal: after, told: "between writes" };
  const at = from + Math.floor(random() * (after.length - from + 1));
  const wal = Buffer.from(after);
  const rest = wal.subarray(at);
  const kind = Math.floor(random() * 4);
  if (kind === 0) return { wal: wal.subarray(0, at), told: `the log cut off at ${at}` };
  if (kind === 1) rest.fill(0);
  if (kind === 2) for (let index = 0; index < rest.length; index += 1) rest[index] = before[at + index] ?? 0;
  if (kind === 3)
    for (let index = 0; index < rest.length; index += 1) rest[index] = Math.floor(random() * 256);
  return { wal, told: `the log ${["", "zero", "old", "noise"][kind]} from ${at}` };
}

const pageBytes = 4096;

function mixPages(before: Buffer, after: Buffer, random: () => number): Buffer {
  const mixed = Buffer.from(after);
  for (let at = 0; at < before.length; at += pageBytes) {
    if (random() < 0.5) before.copy(mixed, at, at, at + pageBytes);
  }
  return mixed;
}
