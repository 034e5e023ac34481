import { decodeTailText } from "./codec.ts";
import { tailName } from "./names.ts";
import { putFresh, type SyncParts } from "./parts.ts";
import { changeProgress, doubt, trust } from "./progress.ts";
import { changeOwn, fosterSegments, restoreSegments } from "./segments.ts";

/**
 * Our newest confirmed tail is not listed. When it is really gone its segments are put back and it counts as
 * unconfirmed, so that the push that follows brings it again.
 */
export async function restoreOwn(parts: SyncParts, isSure: boolean): Promise<boolean> {
  const own = await parts.store.read((reader) => reader.get("own", "own"));
  if (own === undefined || own.acked === null) return false;
  if (!isSure && (await parts.remote.get("l", own.acked.name, parts.signal)) !== null) return false;
  await restoreSegments(parts, own);
  await changeOwn(parts, own.lane, (now) => ({ ...now, acked: null, verifiedAtMs: parts.clock.nowMs() }));
  return true;
}

/** Puts back what our newest tail refers to and is not there. */
export async function verifySegments(parts: SyncParts): Promise<void> {
  const own = await parts.store.read((reader) => reader.get("own", "own"));
  if (own === undefined) return;
  await restoreSegments(parts, own);
  await changeOwn(parts, own.lane, (now) => ({ ...now, previous: null, verifiedAtMs: parts.clock.nowMs() }));
}

/** Puts back what is held here of another lane: the same signed words under a new attempt. */
export async function foster(parts: SyncParts, lane: string): Promise<boolean> {
  const kept = await parts.store.read((reader) => reader.get("tails", lane));
  if (kept === undefined) return false;
  await fosterSegments(parts, lane, decodeTailText(kept.text).segments);
  const bytes = await parts.packing.pack(kept.text);
  const nameOf = async (attempt: string) => {
    const name = tailName(lane, kept.seq, kept.hash, attempt);
    // Doubted until it is confirmed: what was cut off on its way must not count as there.
    await changeProgress(parts, lane, (progress) => doubt(progress, name));
    return name;
  };
  const name = await putFresh(parts, "l", nameOf, bytes);
  await changeProgress(parts, lane, (progress) => ({ ...trust(progress, name), missedPolls: 0 }));
  return true;
}

export async function countMissed(parts: SyncParts, lane: string, missedPolls: number): Promise<void> {
  await changeProgress(parts, lane, (progress) => ({ ...progress, missedPolls }));
}
