import { realpath } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { ReliteError } from "@relite/core/errors";
import { type Disk, flushPath, realDisk } from "../../blobs/disk.ts";
import { createFileBlobs } from "../../blobs/file-blobs.ts";
import { checkStorage } from "../../storage/check-storage.ts";
import { tryLock } from "../../storage/folder-lock.ts";
import { openDatabase, type SqliteDatabase } from "../../storage/open-database.ts";
import { createStorageCommand, type StorageJob } from "../command-line.ts";
import { fileTrouble, isDiskFull } from "../file-trouble.ts";
import { mapConcurrently } from "../map-concurrently.ts";
import { bytesText, type Progress, startProgress } from "../progress.ts";
import { withHold } from "../with-hold.ts";
import { type BackupLayout, backupLayout, listContents, stateOf } from "./backup-layout.ts";
import { type Content, copyStaging, createContentCopier } from "./copy-content.ts";
import { copyDatabase, settleDatabase } from "./copy-database.ts";

const usage = `Usage: backup DIR [--link] [--quick] [--data DIR] [--json]
Copies everything the endpoint keeps, of all owners, as it is at one moment, while it goes on working. Run again with the
same DIR it copies only what is new, and the backup before is whole until the new one is. Then everything in it is read
and compared (--quick: what was there before is not read again). --link makes hard links instead of copies where DIR is
on the same file system: quick and small, but no help against a broken disk. restore brings it back.
Works on a stopped and on a running endpoint.`;

/** `backup`: everything as it is at one moment. */
export const runBackup = createBackup(realDisk);

/** The command with the disk it writes to as an argument. */
export function createBackup(disk: Disk) {
  const flags = { link: "boolean", quick: "boolean" } as const;
  return createStorageCommand({ usage, flags, words: 1, run: (job) => backUp(job, disk) });
}

interface BackupReport {
  readonly contents: number;
  readonly bytes: number;
  readonly copied: number;
  readonly removed: number;
  readonly isVerified: boolean;
  readonly problems: readonly { readonly subject: string; readonly problem: string }[];
}

async function backUp(job: StorageJob, disk: Disk): Promise<number> {
  const { io, line, storage, config, clock } = job;
  const to = backupLayout(resolve(line.words[0] ?? ""));
  try {
    await disk.makeFolder(to.folder);
    await refuseInside(config.folder, to.folder);
  } catch (error) {
    throw new ReliteError("bad_request", `${to.top}: ${fileTrouble(error)}`, { cause: error });
  }
  const lock = tryLock(to.folder, "lock");
  if (lock === null)
    throw new ReliteError("conflict", `${to.top} is in use by an endpoint or by another backup`);
  const progress = startProgress(io, clock.nowMs, { title: "backup", unit: "bytes", total: null });
  try {
    if (stateOf(to) === "data") {
      throw new ReliteError(
        "conflict",
        `${to.top} holds an endpoint's data, not a backup; it is not written over`,
      );
    }
    const report = await withHold(storage, clock, () => takeBackup(job, to, disk, progress));
    progress.end();
    if (line.isSet("json")) io.out(JSON.stringify(report));
    else io.out(sentence(report));
    return report.problems.length === 0 ? 0 : 1;
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    const message = `no space left for ${to.top}; the backup that was there is whole, and running it again goes on from here`;
    throw new ReliteError("insufficient_storage", message, { cause: error });
  } finally {
    progress.end();
    lock.release();
  }
}

async function takeBackup(
  { line, config, cancel }: StorageJob,
  to: BackupLayout,
  disk: Disk,
  progress: Progress,
): Promise<BackupReport> {
  const fresh = `${to.databaseFile}.new`;
  await copyDatabase(config.databaseFile, fresh, cancel);
  const db = openDatabase(fresh);
  const problems: { subject: string; problem: string }[] = [];
  let copied = 0;
  let known: SqliteDatabase | null = db;
  try {
    const contents = listContents(db);
    progress.expect(contents.bytes);
    await clearStaging(disk, to);
    const parts = { disk, from: config.blobsFolder, to: to.blobsFolder, cancel, onBytes: progress.add };
    const copier = createContentCopier({ ...parts, byLink: line.isSet("link") });
    const tell = (content: Content, problem: string) => {
      problems.push({ subject: content.hash, problem });
      progress.note(`content ${content.hash} of owner ${content.owner} ${problem}`);
    };
    for (const page of contents.pages()) {
      await mapConcurrently(page, 4, async (content) => {
        try {
          if (await copier.bring(content)) copied += 1;
        } catch (error) {
          if (isDiskFull(error) || cancel.aborted) throw error;
          tell(content, fileTrouble(error));
        }
      });
    }
    await copier.flush();
    if (!line.isSet("quick")) {
      for (const problem of await verify(db, to, disk, cancel)) {
        if (problems.some(({ subject }) => subject === problem.subject)) continue;
        problems.push(problem);
        progress.note(`${problem.subject}: ${problem.problem}`);
      }
    }
    const wanted = new Set<string>();
    for (const page of contents.pages()) for (const { owner, hash } of page) wanted.add(`${owner} ${hash}`);
    const facts = { contents: contents.count, bytes: contents.bytes, copied, problems };
    db.close();
    known = null;
    await settleDatabase(fresh, to.databaseFile);
    await disk.rename(fresh, to.databaseFile);
    await flushPath(disk, to.folder);
    const removed = await removeOthers(to, disk, wanted);
    return { ...facts, removed, isVerified: !line.isSet("quick") };
  } finally {
    known?.close();
  }
}

/** Reads the whole backup. What went bad in it since it was written is taken away, to be copied anew next time. */
async function verify(
  db: SqliteDatabase,
  to: BackupLayout,
  disk: Disk,
  cancel: AbortSignal,
): Promise<readonly { subject: string; problem: string }[]> {
  const { problems } = await checkStorage({ db, blobs: createFileBlobs(to.blobsFolder, disk) }, { cancel });
  for (const { kind, owner, subject } of problems) {
    if (kind === "content_damaged" && owner !== null) {
      await disk.remove(join(to.blobsFolder, "content", String(owner), subject.slice(0, 2), subject));
    }
  }
  return problems.map(({ kind, subject, files = [] }) => ({
    subject,
    problem: [kind, ...files].join(" ") + (kind === "content_damaged" ? " (run the backup again)" : ""),
  }));
}

async function removeOthers(to: BackupLayout, disk: Disk, wanted: ReadonlySet<string>): Promise<number> {
  let removed = 0;
  for await (const { owner, hash } of createFileBlobs(to.blobsFolder, disk).list()) {
    if (wanted.has(`${owner} ${hash}`)) continue;
    await disk.remove(join(to.blobsFolder, "content", String(owner), hash.slice(0, 2), hash));
    removed += 1;
  }
  return removed;
}

async function clearStaging(disk: Disk, { blobsFolder }: BackupLayout): Promise<void> {
  const staging = copyStaging(blobsFolder);
  await disk.makeFolder(staging);
  for (const name of await disk.names(staging)) await disk.remove(join(staging, name));
}

async function refuseInside(source: string, target: string): Promise<void> {
  const between = relative(await realpath(source), await realpath(target));
  if (between !== "" && (between.startsWith("..") || between.startsWith("/"))) return;
  throw new ReliteError("bad_request", "lies inside the data it would be a backup of");
}

function sentence({ contents, bytes, copied, removed, isVerified, problems }: BackupReport): string {
  const read = isVerified ? "all of it read and compared" : "what was there before was not read again";
  return `backup of ${contents} contents (${bytesText(bytes)}) and the database: ${copied} copied, ${removed} old ones removed, ${read}, ${problems.length} problems`;
}
