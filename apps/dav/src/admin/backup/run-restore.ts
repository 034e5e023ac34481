import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { systemClock } from "@relite/core/clock";
import { ReliteError } from "@relite/core/errors";
import { createAccessLedger, type Merged } from "../../access/access-ledger.ts";
import { createLedgerFile, ledgerPath } from "../../access/ledger-file.ts";
import { type Disk, flushPath, realDisk } from "../../blobs/disk.ts";
import { createFileBlobs } from "../../blobs/file-blobs.ts";
import type { DavConfig } from "../../config.ts";
import { checkStorage, type Problem } from "../../storage/check-storage.ts";
import { type FolderLock, tryLock } from "../../storage/folder-lock.ts";
import { openDatabase } from "../../storage/open-database.ts";
import { beginTimeline } from "../../storage/timelines.ts";
import { type CommandIo, configFor, exitCodeOf, type Parsed, parseLine, wrongCall } from "../command-line.ts";
import { fileTrouble, isDiskFull } from "../file-trouble.ts";
import { mapConcurrently } from "../map-concurrently.ts";
import { startProgress } from "../progress.ts";
import { type BackupLayout, backupLayout, listContents, stateOf } from "./backup-layout.ts";
import { copyStaging, createContentCopier } from "./copy-content.ts";
import { copyDatabase } from "./copy-database.ts";

const usage = `Usage: restore BACKUP [--replace] [--link] [--data DIR] [--json]
Brings a backup back as the data of an endpoint that is stopped; the backup stays as it is. Where there is data already,
--replace puts that aside as DIR/dav.replaced-<time>; nothing is ever deleted. Killed in the middle, the old data is where it
was, and running it again goes on. Clients that synchronise learn that changes were lost and list everything anew.
--link makes hard links instead of copies where both are on the same file system.`;

/** `restore`: a backup becomes an endpoint's data. */
export const runRestore = createRestore(realDisk);

/** The command with the disk it writes to as an argument. */
export function createRestore(disk: Disk) {
  return (args: readonly string[], io: CommandIo) => runWith(args, io, disk);
}

async function runWith(args: readonly string[], io: CommandIo, disk: Disk): Promise<number> {
  const flags = {
    data: "string",
    json: "boolean",
    help: "boolean",
    replace: "boolean",
    link: "boolean",
  } as const;
  const line = parseLine(args, flags, io);
  if (line === null) return wrongCall;
  if (line.isSet("help")) {
    io.out(usage);
    return 0;
  }
  if (line.words.length !== 1) {
    io.err("restore takes the folder of a backup (--help tells more)");
    return wrongCall;
  }
  return exitCodeOf(io, () => restore(line, io, disk));
}

async function restore(line: Parsed, io: CommandIo, disk: Disk): Promise<number> {
  const from = backupLayout(resolve(line.words[0] ?? ""));
  if (stateOf(from) !== "backup") {
    throw new ReliteError("bad_request", `${from.top} is no backup`);
  }
  const config = configFor(line.flag("data"), io);
  const to = targetOf(config);
  const fresh = backupLayout(to.top, "dav.restoring");
  const hasData = existsSync(to.databaseFile);
  if (hasData && !line.isSet("replace")) {
    throw new ReliteError("conflict", `${to.folder} holds data already; --replace puts it aside`);
  }
  await disk.makeFolder(fresh.folder);
  const locks = takeLocks([fresh.folder, ...(existsSync(to.folder) ? [to.folder] : [])]);
  try {
    takeLedgerAlong(to, fresh);
    const { problems, merged } = await bring(line, io, { from, fresh, disk });
    await putInPlace(fresh, to, disk);
    if (line.isSet("json")) io.out(JSON.stringify({ folder: to.folder, problems, closed: merged }));
    else io.out(`restored to ${to.folder}, all of it read and compared, ${problems.length} problems`);
    const text = closedText(merged);
    if (text !== null && !line.isSet("json")) io.out(text);
    return problems.length === 0 ? 0 : 1;
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    const message = `no space left for ${to.top}; what was there is as it was, and running it again goes on from here`;
    throw new ReliteError("insufficient_storage", message, { cause: error });
  } finally {
    for (const lock of locks) lock.release();
  }
}

interface Bring {
  readonly from: BackupLayout;
  readonly fresh: BackupLayout;
  readonly disk: Disk;
}

/** What was closed since the backup is beside the data that is put aside. */
function takeLedgerAlong(to: BackupLayout, fresh: BackupLayout): void {
  const { entries } = createLedgerFile(ledgerPath(to.databaseFile)).read();
  createLedgerFile(ledgerPath(fresh.databaseFile)).replace(entries);
}

function closedText({ tokens, devices, credentials, owners }: Merged): string | null {
  const counts = [
    [tokens, "revoked tokens"],
    [devices, "lost devices"],
    [credentials, "app passwords and shares"],
    [owners, "owners"],
  ] as const;
  const some = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  if (some.length === 0) return null;
  return `closed after the backup and still closed: ${some.join(", ")}; owners enable lets one in again`;
}

interface Brought {
  readonly problems: readonly Problem[];
  readonly merged: Merged;
}

async function bring(line: Parsed, io: CommandIo, { from, fresh, disk }: Bring): Promise<Brought> {
  const cancel = io.cancel?.() ?? new AbortController().signal;
  const progress = startProgress(io, systemClock.nowMs, { title: "restore", unit: "bytes", total: null });
  await disk.makeFolder(copyStaging(fresh.blobsFolder));
  await createFileBlobs(fresh.blobsFolder, disk).clean();
  await copyDatabase(from.databaseFile, fresh.databaseFile, cancel);
  const db = openDatabase(fresh.databaseFile);
  try {
    const contents = listContents(db);
    progress.expect(contents.bytes);
    const parts = { disk, from: from.blobsFolder, to: fresh.blobsFolder, cancel, onBytes: progress.add };
    const copier = createContentCopier({ ...parts, byLink: line.isSet("link") });
    for (const page of contents.pages()) {
      await mapConcurrently(page, 4, async (content) => {
        try {
          await copier.bring(content);
        } catch (error) {
          // Named below, with its files; the rest is worth having.
          if (isDiskFull(error) || cancel.aborted) throw error;
          progress.note(`content ${content.hash} ${fileTrouble(error)}`);
        }
      });
    }
    await copier.flush();
    const { problems } = await checkStorage(
      { db, blobs: createFileBlobs(fresh.blobsFolder, disk) },
      { cancel },
    );
    for (const { kind, subject, files = [] } of problems) progress.note([kind, subject, ...files].join(" "));
    beginTimeline(db, systemClock.nowMs());
    const ledger = createAccessLedger(db, createLedgerFile(ledgerPath(fresh.databaseFile)));
    return { problems, merged: ledger.merge(systemClock.nowMs()) };
  } finally {
    progress.end();
    db.close();
  }
}

/** The old data steps aside and the new one takes its place; in between there is a moment without any. */
async function putInPlace(fresh: BackupLayout, to: BackupLayout, disk: Disk): Promise<void> {
  if (existsSync(to.folder)) {
    const time = new Date(systemClock.nowMs()).toISOString().replaceAll(":", "-");
    await rename(to.folder, `${to.folder}.replaced-${time}`);
  }
  await rename(fresh.folder, to.folder);
  await flushPath(disk, to.folder);
}

function targetOf(config: DavConfig): BackupLayout {
  const to = backupLayout(dirname(config.folder));
  const isUsual = config.databaseFile === to.databaseFile && config.blobsFolder === to.blobsFolder;
  if (isUsual) return to;
  throw new ReliteError(
    "bad_request",
    "DAV_DATABASE_URL or DAV_BLOBS leads elsewhere: unset them, restore, and move the database and the blobs there",
  );
}

function takeLocks(folders: readonly string[]): readonly FolderLock[] {
  const locks: FolderLock[] = [];
  for (const folder of folders) {
    const lock = tryLock(folder, "lock");
    if (lock !== null) {
      locks.push(lock);
      continue;
    }
    for (const taken of locks) taken.release();
    throw new ReliteError("conflict", `${folder} is in use; stop the endpoint first`);
  }
  return locks;
}
