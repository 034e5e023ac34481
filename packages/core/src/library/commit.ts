import type { Clock } from "../clock/index.ts";
import { addCounts } from "./counts.ts";
import { diffFolder, failedCommit } from "./diff.ts";
import type { Listing } from "./listing.ts";
import type { RoundCounts, ScanStore } from "./scan-store.ts";

/** A folder the walk is done with; without a listing it failed. */
export interface FinishedFolder {
  readonly folder: string;
  readonly listing: Listing | null;
}

export interface Tally {
  now(): RoundCounts;
  add(more: Partial<RoundCounts>): void;
}

export interface CommitterInput {
  readonly userId: string;
  readonly connectionId: string;
  readonly round: number;
  readonly scans: ScanStore;
  readonly clock: Clock;
  readonly createId: () => string;
  readonly tally: Tally;
  readonly onCommitted: () => void;
  readonly onFailed: (error: unknown) => void;
}

export interface Committer {
  put(...finished: readonly FinishedFolder[]): void;
  /** Commits what is there, one batch after the other, parents before children. */
  start(): void;
  /** Folders that a kill now would make us list again. */
  uncommitted(): number;
}

const maxBatchFolders = 64;
const maxBatchEntries = 10_000;

/** Commits finished folders in the order they came, as many as have gathered at once. After a failure nothing more is committed. */
export function createCommitter(input: CommitterInput): Committer {
  let waiting: FinishedFolder[] = [];
  let committing = 0;
  let hasFailed = false;
  return {
    put: (...finished) => {
      if (!hasFailed) waiting.push(...finished);
    },
    start: () => {
      if (committing > 0 || waiting.length === 0) return;
      const batch = waiting.splice(0, batchSize(waiting));
      committing = batch.length;
      commitBatch(input, batch)
        .catch((error: unknown) => {
          hasFailed = true;
          waiting = [];
          input.onFailed(error);
        })
        .finally(() => {
          committing = 0;
          input.onCommitted();
        });
    },
    uncommitted: () => waiting.length + committing,
  };
}

async function commitBatch(input: CommitterInput, batch: readonly FinishedFolder[]): Promise<void> {
  const { userId, connectionId, round, scans, clock, createId, tally } = input;
  const listed = batch.filter((one) => one.listing !== null).map((one) => one.folder);
  const known = new Map(
    (await scans.readFolders(userId, connectionId, listed)).map((one) => [one.path, one]),
  );
  const more = { folders: 0, files: 0, added: 0, changed: 0, restored: 0 };
  const commits = batch.map(({ folder, listing }) => {
    if (listing === null) return failedCommit(folder);
    const before = known.get(folder) ?? { path: folder, folders: [], books: [] };
    const diff = diffFolder(before, listing, { nowMs: clock.nowMs(), createId });
    more.folders += 1;
    more.files += listing.files;
    more.added += diff.added;
    more.changed += diff.changed;
    more.restored += diff.restored;
    return diff.commit;
  });
  await scans.commitFolders(userId, connectionId, round, commits, addCounts(tally.now(), more));
  tally.add(more);
}

function batchSize(waiting: readonly FinishedFolder[]): number {
  let entries = 0;
  let size = 0;
  for (const { listing } of waiting) {
    entries += (listing?.books.length ?? 0) + (listing?.folders.length ?? 0);
    if (size > 0 && (size >= maxBatchFolders || entries > maxBatchEntries)) break;
    size += 1;
  }
  return size;
}
