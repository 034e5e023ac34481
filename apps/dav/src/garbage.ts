import { sweepAccess } from "./access/sweep.ts";
import type { DavContext, Storage } from "./context.ts";
import { createKeptSweeper } from "./kept-sweeper.ts";
import { createSpaceWatch } from "./storage/space-watch.ts";
import { createSteadyClock } from "./sweep-kept.ts";
import { expireUploads, removeStrayParts } from "./uploads/expire-uploads.ts";

const everyMs = 60_000;
const collectedEvery = 10;
const roundsPerDay = 1_440;
/** A clock that is wrong when the machine starts is right by then. */
const firstForgetting = 30;
/** With less than this free, what was let go makes room at once. */
const tightBytes = 64 * 1024 * 1024;
/** Long enough for a read to have its file open. */
const tightGraceMs = 60_000;
const changesPerCommit = 1_000;
/** Long enough for every read that began before the content was let go. */
export const graceMs = 60 * 60_000;

export interface Freed {
  readonly count: number;
  readonly bytes: number;
}

/** Drops content that no file has had since `beforeMs`: rows first, then the bytes. Answers the files that went. */
export async function collectUnreferenced({ tree, blobs }: Storage, beforeMs: number): Promise<Freed> {
  let freed = { count: 0, bytes: 0 };
  for (let some = await tree.collectUnreferenced(beforeMs); some.length > 0; ) {
    for (const { owner, hash, size } of some) {
      if (!(await tree.dropContent(owner, hash, beforeMs))) continue;
      freed = { count: freed.count + 1, bytes: freed.bytes + size };
    }
    await blobs.clearAside();
    some = await tree.collectUnreferenced(beforeMs);
  }
  return freed;
}

/** Drops bytes no row ever named: a write was refused, or the process died, after they were kept. Looks at every blob. */
export async function collectStrays(storage: Storage, beforeMs: number): Promise<Freed> {
  let freed = { count: 0, bytes: 0 };
  for await (const { owner, hash, size } of listStrays(storage, beforeMs)) {
    if (!(await storage.tree.dropContent(owner, hash, beforeMs))) continue;
    freed = { count: freed.count + 1, bytes: freed.bytes + size };
  }
  await storage.blobs.clearAside();
  return freed;
}

export async function* listStrays({ tree, blobs }: Storage, beforeMs: number) {
  for await (const blob of blobs.list()) {
    if (blob.modifiedMs < beforeMs && !(await tree.hasContent(blob.owner, blob.hash))) yield blob;
  }
}

/** Forgets changes from before `beforeMs`, in short transactions. */
export async function pruneChanges({ changeLog }: Storage, beforeMs: number): Promise<number> {
  let pruned = 0;
  for (let count = changesPerCommit; count === changesPerCommit; pruned += count) {
    count = await changeLog.prune(beforeMs, changesPerCommit);
  }
  return pruned;
}

/**
 * Collects now and again while the server runs; `stop` waits for the one that is running. Nothing ends before its time by
 * a clock that jumps ahead, nor by one that is wrong at the start.
 */
export function startCollecting(parts: Pick<DavContext, "storage" | "clock" | "log" | "config">): {
  stop(): Promise<void>;
} {
  const { storage, clock, log, config } = parts;
  const ending = new AbortController();
  const space = createSpaceWatch([config.folder, config.blobsFolder], log);
  const steadyMs = createSteadyClock(() => clock.nowMs(), 2 * everyMs);
  const forget = async (round: number, nowMs: number) => {
    if (round < firstForgetting) return;
    const ended = await expireUploads(storage, nowMs);
    if (ended.count > 0) log.info({ ...ended }, "uploads that were never finished dropped");
    await pruneChanges(storage, nowMs - config.changesKeepMs);
    if (round % roundsPerDay !== firstForgetting) return;
    await sweepAccess(storage, nowMs);
    await removeStrayParts(storage, nowMs - config.uploadKeepMs);
  };
  const collect = async (round: number) => {
    const nowMs = steadyMs();
    storage.reserve.keepBack();
    await space.look(clock.nowMs());
    const isTight = storage.reserve.freeBytes() < tightBytes;
    if (round % collectedEvery !== 0 && !isTight) return;
    const beforeMs = nowMs - (isTight ? tightGraceMs : graceMs);
    let dropped = (await collectUnreferenced(storage, beforeMs)).count;
    if (round % roundsPerDay === 0) dropped += (await collectStrays(storage, beforeMs)).count;
    if (dropped > 0) log.info({ dropped }, "unreferenced content dropped");
    await forget(round, nowMs);
  };
  const sweeper = createKeptSweeper(parts, ending.signal);
  const failed = (err: unknown) => {
    if (!ending.signal.aborted) log.error({ err }, "collecting failed; tried again later");
  };
  const loop = async () => {
    for (let round = 0; !ending.signal.aborted; round += 1) {
      await collect(round).catch(failed);
      const isTight = storage.reserve.freeBytes() < tightBytes;
      await sweeper.tick(isTight ? tightBytes : 0).catch(failed);
      await clock.sleep(everyMs, ending.signal).catch(() => {});
    }
  };
  const running = loop();
  return {
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}
