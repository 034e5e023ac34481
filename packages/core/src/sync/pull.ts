import { applyOps } from "./apply.ts";
import { decodeSegment, decodeTail, type Tail } from "./codec.ts";
import { isSegment, parseSegmentName, segmentName, type TailName } from "./names.ts";
import type { Op } from "./op.ts";
import type { SyncParts } from "./parts.ts";
import { changeProgress, doubt, newProgress, trust } from "./progress.ts";
import type { LaneProgress, SegmentRef } from "./store.ts";

export interface LaneRead {
  /** Ops that were new. */
  readonly ops: number;
  /** Why the lane could not be read to its end: try again later, or this client is too old. */
  readonly problem: "behind" | "newer" | null;
}

const opsPerTransaction = 500;

/** Reads what is new in another device's lane; a file that cannot be read is taken as not there yet, the one before it is tried. */
export async function readLane(
  parts: SyncParts,
  lane: string,
  candidates: readonly TailName[],
  report: (ops: number) => void,
): Promise<LaneRead> {
  const progress = (await parts.store.read((reader) => reader.get("lanes", lane))) ?? newProgress(lane);
  let problem: LaneRead["problem"] = "behind";
  for (const candidate of candidates) {
    const found = await fetchTail(parts, candidate);
    if (found === "newer") problem = "newer";
    if (typeof found === "string") continue;
    if (progress.did !== null && progress.did !== found.tail.did) continue;
    const ops = await takeIn(parts, progress, found, candidate, report);
    if (ops !== null) return { ops, problem: candidate.seq === candidates[0]?.seq ? null : problem };
    await noteUnreadable(parts, candidate);
  }
  return { ops: 0, problem };
}

/** Reading this tail to its end did not work out; after a few tries it rests for a while. */
export async function noteUnreadable(parts: SyncParts, { lane, name }: TailName): Promise<void> {
  await changeProgress(parts, lane, (progress) => doubt(progress, name, parts.clock.nowMs()));
}

type FoundTail = { readonly tail: Tail; readonly text: string };

export async function fetchTail(
  parts: SyncParts,
  name: TailName,
): Promise<FoundTail | "gone" | "damaged" | "newer"> {
  const bytes = await parts.remote.get("l", name.name, parts.signal);
  if (bytes === null) return "gone";
  const decoded = await decodeTail(bytes, name, parts.packing, parts.verify);
  if (decoded.ok) return decoded.value;
  if (decoded.reason === "damaged") await noteUnreadable(parts, name);
  return decoded.reason;
}

/** The ops of a segment, under the name referred to or any other attempt of the same content; null when it is not there. */
export async function fetchSegment(
  parts: SyncParts,
  lane: string,
  ref: SegmentRef,
): Promise<readonly Op[] | null> {
  const direct = await parts.remote.get("s", segmentName(lane, ref), parts.signal);
  const ops = direct === null ? null : await decodeSegment(direct, lane, ref, parts.packing);
  if (ops?.ok === true) return ops.value;
  const listing = await parts.remote.list("s", parts.signal);
  for (const name of listing.names) {
    const file = parseSegmentName(name);
    if (file === null || !isSegment(file, lane, ref) || name === segmentName(lane, ref)) continue;
    const bytes = await parts.remote.get("s", name, parts.signal);
    const again = bytes === null ? null : await decodeSegment(bytes, lane, ref, parts.packing);
    if (again?.ok === true) return again.value;
  }
  return null;
}

/** Null when a segment in between is missing; what could be applied stays applied. */
async function takeIn(
  parts: SyncParts,
  progress: LaneProgress,
  { tail, text }: FoundTail,
  { name, hash }: TailName,
  report: (ops: number) => void,
): Promise<number | null> {
  let count = 0;
  for (const ref of tail.segments.filter(({ to }) => to > progress.applied)) {
    const ops = await fetchSegment(parts, tail.lane, ref);
    if (ops === null) return null;
    count += await apply(parts, tail.lane, ops);
    report(count);
  }
  count += await apply(parts, tail.lane, tail.ops);
  report(count);
  await parts.store.write(async (writer) => {
    const now = await writer.get("lanes", tail.lane);
    if (now === undefined) return;
    const read = { ...trust(now, name), did: tail.did };
    if (now.did !== read.did || now.unreadable.length !== read.unreadable.length)
      await writer.put("lanes", tail.lane, read);
    const kept = await writer.get("tails", tail.lane);
    if (kept === undefined || kept.seq < tail.to)
      await writer.put("tails", tail.lane, { seq: tail.to, hash, text });
  });
  return count;
}

async function apply(parts: SyncParts, lane: string, ops: readonly Op[]): Promise<number> {
  let count = 0;
  for (let start = 0; start < ops.length; start += opsPerTransaction) {
    const page = ops.slice(start, start + opsPerTransaction);
    const applying = { nowMs: parts.clock.nowMs(), random: parts.random };
    count += await parts.store.write((writer) => applyOps(writer, lane, page, applying));
  }
  return count;
}
