import { finishRemovals } from "../accounts/finish-removals.ts";
import { realDisk } from "../blobs/disk.ts";
import { createFileBlobs } from "../blobs/file-blobs.ts";
import type { Storage } from "../context.ts";
import {
  collectStrays,
  collectUnreferenced,
  type Freed,
  graceMs,
  listStrays,
  pruneChanges,
} from "../garbage.ts";
import { tryLock } from "../storage/folder-lock.ts";
import { sweepKept } from "../sweep-kept.ts";
import type { Swept } from "../tree/retention.ts";
import { expireUploads, removeStrayParts } from "../uploads/expire-uploads.ts";
import { createStorageCommand, type StorageJob } from "./command-line.ts";
import { importStaging } from "./import/import-staging.ts";
import { bytesText } from "./progress.ts";

const usage = `Usage: gc [--dry-run] [--data DIR] [--json]
Drops now what the endpoint drops by itself sooner or later: trash and versions past their time, what a removed owner
had, content no file has had for an hour, bytes a killed upload left, changes older than DAV_CHANGES_KEEP, locks and unfinished uploads that ran out.
With the endpoint stopped it also makes the
database file smaller where that is worth it. Works on a stopped and on a running endpoint.`;

interface Collected {
  /** Of trash and versions; null when it was not looked at. */
  readonly kept: Swept | null;
  readonly contents: Freed;
  readonly strays: Freed;
  /** Uploads whose time is over. */
  readonly uploads: Freed;
  readonly changes: number;
  readonly locks: number;
  /** Bytes the database file became smaller by. */
  readonly databaseBytes: number;
  readonly isRunning: boolean;
  /** Exports and backups that run and hold content back. */
  readonly holds: number;
}

/** `gc`: drops what nothing refers to any more. */
export const runGc = createStorageCommand({
  usage,
  flags: { "dry-run": "boolean" },
  words: 0,
  run: async (job) => {
    const isDry = job.line.isSet("dry-run");
    const collected = isDry ? await wouldCollect(job) : await collect(job);
    if (job.line.isSet("json")) job.io.out(JSON.stringify({ dryRun: isDry, ...collected }));
    else for (const line of describe(collected, isDry)) job.io.out(line);
    return 0;
  },
});

async function collect({ storage, config, clock }: StorageJob): Promise<Collected> {
  const beforeMs = clock.nowMs() - graceMs;
  const { db } = storage;
  await finishRemovals(storage, clock.nowMs(), { pause: async () => {} });
  const kept = await sweepKept(storage, clock.nowMs(), { pause: async () => {} });
  const contents = await collectUnreferenced(storage, beforeMs);
  const strays = await collectStrays(storage, beforeMs);
  const uploads = await expireUploads(storage, clock.nowMs());
  await removeStrayParts(storage, clock.nowMs() - config.uploadKeepMs);
  const changes = await pruneChanges(storage, clock.nowMs() - config.changesKeepMs);
  const locks = db.prepare<[number]>("DELETE FROM locks WHERE expires_ms <= ?").run(clock.nowMs()).changes;
  const importing = tryLock(config.folder, "import");
  if (importing !== null) {
    await createFileBlobs(config.blobsFolder, realDisk, importStaging).clean();
    for (const { id } of storage.owners.list()) await storage.keptImports.clearBench(id);
    importing.release();
  }
  db.pragma("optimize");
  const alone = tryLock(config.folder, "lock");
  const databaseBytes = alone === null ? 0 : await shrink(storage);
  alone?.release();
  const isRunning = alone === null;
  return {
    kept,
    contents,
    strays,
    uploads,
    changes,
    locks,
    databaseBytes,
    isRunning,
    holds: storage.holds.count(),
  };
}

/** Only with no endpoint running: rewriting the database file keeps every writer waiting. */
async function shrink({ db, blobs }: Storage): Promise<number> {
  await blobs.clean();
  const pragma = (name: string) => Number(db.pragma(name, { simple: true }));
  const size = () => pragma("page_count") * pragma("page_size");
  const before = size();
  const free = pragma("freelist_count") * pragma("page_size");
  if (free > 1024 * 1024 && free > before / 5) db.exec("VACUUM");
  db.pragma("wal_checkpoint(TRUNCATE)");
  return before - size();
}

async function wouldCollect({ storage, config, clock }: StorageJob): Promise<Collected> {
  const beforeMs = clock.nowMs() - graceMs;
  const loose = storage.db
    .prepare<[{ beforeMs: number; nowMs: number }], Freed>(
      `SELECT count(*) AS count, total(size) AS bytes FROM contents
       WHERE unreferenced_ms < min(@beforeMs, ifnull((SELECT min(since_ms) FROM holds WHERE until_ms > @nowMs), @beforeMs))`,
    )
    .get({ beforeMs, nowMs: clock.nowMs() });
  let strays = { count: 0, bytes: 0 };
  for await (const { size } of listStrays(storage, beforeMs)) {
    strays = { count: strays.count + 1, bytes: strays.bytes + size };
  }
  const expired = storage.db
    .prepare<[number], { count: number }>("SELECT count(*) AS count FROM locks WHERE expires_ms <= ?")
    .get(clock.nowMs());
  const ended = storage.db
    .prepare<[number], Freed>(
      `SELECT count(DISTINCT uploads.id) AS count, total(size) AS bytes
       FROM uploads LEFT JOIN upload_parts ON upload = uploads.id WHERE expires_ms <= ?`,
    )
    .get(clock.nowMs());
  const alone = tryLock(config.folder, "lock");
  alone?.release();
  return {
    kept: null,
    contents: loose ?? { count: 0, bytes: 0 },
    strays,
    uploads: ended ?? { count: 0, bytes: 0 },
    changes: storage.changeLog.countBefore(clock.nowMs() - config.changesKeepMs),
    locks: expired?.count ?? 0,
    databaseBytes: 0,
    isRunning: alone === null,
    holds: storage.holds.count(),
  };
}

function describe(collected: Collected, isDry: boolean): readonly string[] {
  const { kept, contents, strays, uploads, changes, locks, databaseBytes, holds } = collected;
  const verb = isDry ? "would drop" : "dropped";
  const freed = ({ count, bytes }: Freed) => `${count} (${bytesText(bytes)})`;
  const lines = [
    `${verb} contents without a file ${freed(contents)}, bytes without a record ${freed(strays)}`,
    `${verb} ${changes} old changes, ${locks} ended locks, unfinished uploads ${freed(uploads)}`,
  ];
  if (kept !== null)
    lines.push(`${verb} ${kept.items} of trash and versions past their time (${bytesText(kept.bytes)})`);
  if (databaseBytes > 0) lines.push(`the database is ${bytesText(databaseBytes)} smaller`);
  if (holds > 0) lines.push(`${holds} running exports or backups hold content back`);
  return lines;
}
