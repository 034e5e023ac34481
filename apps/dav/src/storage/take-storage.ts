import { dirname } from "node:path";
import { systemClock } from "@relite/core/clock";
import { flushPath, realDisk } from "../blobs/disk.ts";
import type { DavConfig } from "../config.ts";
import { type DavParts, openStorage, type Storage } from "../context.ts";
import { removeStrayParts } from "../uploads/expire-uploads.ts";
import { lockFolder } from "./folder-lock.ts";
import { withReserve } from "./reserve.ts";
import { beginTimeline } from "./timelines.ts";

export interface TakenStorage {
  readonly storage: Storage;
  release(): void;
}

/** The folder for this process alone, with what an interrupted upload left behind cleared away. */
export function takeStorage(config: DavConfig, parts: DavParts): Promise<TakenStorage> {
  return withReserve(dirname(config.databaseFile), () => take(config, parts));
}

/** A database that was put here may be older than what was closed here. */
function mergeLedger({ ledger }: Storage, { clock = systemClock, log }: DavParts): void {
  const { broken, ...closed } = ledger.merge(clock.nowMs());
  if (broken > 0) log?.warn({ broken }, "lines of access-ledger.jsonl could not be read");
  if (Object.values(closed).some((count) => count > 0))
    log?.warn({ ...closed }, "closed what had been closed after this database was copied");
}

async function take(config: DavConfig, parts: DavParts): Promise<TakenStorage> {
  const { disk = realDisk } = parts;
  await disk.makeFolder(config.folder);
  const lock = lockFolder(config.folder);
  try {
    const storage = await openStorage(config, parts);
    try {
      if (beginTimeline(storage.db, (parts.clock ?? systemClock).nowMs())) {
        parts.log?.info({}, "a backup comes into use: clients that synchronise list everything anew");
      }
      mergeLedger(storage, parts);
      await storage.blobs.clean();
      storage.reserve.keepBack();
      await disk.makeFolder(config.uploadsFolder);
      await removeStrayParts(storage, Number.POSITIVE_INFINITY);
      // The entries on the way to what is kept must last as long as it does.
      const folders = new Set([
        config.folder,
        dirname(config.databaseFile),
        config.blobsFolder,
        config.uploadsFolder,
      ]);
      for (const folder of folders) await flushPath(disk, folder);
    } catch (error) {
      storage.db.close();
      throw error;
    }
    const release = () => {
      storage.db.close();
      lock.release();
    };
    return { storage, release };
  } catch (error) {
    lock.release();
    throw error;
  }
}
