import { decodeSegment, encodeSegment } from "./codec.ts";
import { readOps } from "./lane-ops.ts";
import { attemptDigits, isSegment, parseSegmentName, type SegmentName, segmentName } from "./names.ts";
import type { Op } from "./op.ts";
import { putFresh, type SyncParts } from "./parts.ts";
import type { OwnLane, SegmentRef } from "./store.ts";

const topLevel = 2;
const levelChars = [0, 262_144, 4_194_304] as const;

/** Seals ops of our lane into a segment and makes the lane refer to it; `replaced` segments become litter. */
export async function addSegment(
  parts: SyncParts,
  own: OwnLane,
  ops: readonly Op[],
  replaced: readonly SegmentRef[],
): Promise<OwnLane> {
  const text = encodeSegment(own.lane, ops);
  const [hash, bytes] = [await parts.packing.hash(text), await parts.packing.pack(text)];
  const bySize = levelChars.findLastIndex((chars) => text.length >= chars);
  const level = Math.min(topLevel, Math.max(bySize, ...replaced.map((ref) => ref.level + 1)));
  const range = { from: ops[0]?.seq ?? 0, to: ops.at(-1)?.seq ?? 0, packedBytes: bytes.byteLength };
  const name = await putNoted(parts, own.lane, { ...range, hash, attempt: "", level }, bytes);
  const ref: SegmentRef = { ...range, hash, attempt: name.slice(-attemptDigits), level };
  return changeOwn(parts, own.lane, (lane) => ({
    ...lane,
    segments: [...lane.segments.filter(({ from }) => from < ref.from), ref],
    litter: [
      ...lane.litter.filter((other) => other !== name),
      ...replaced.map((old) => segmentName(own.lane, old)),
    ],
  }));
}

/** The longest run at the end of the index that is to become one segment: `width` of one level; empty when none is. */
export function mergeable(segments: readonly SegmentRef[], width: number): readonly SegmentRef[] {
  const level = segments.at(-1)?.level ?? topLevel;
  const start = segments.findLastIndex((ref) => ref.level !== level) + 1;
  return level < topLevel && segments.length - start >= width ? segments.slice(start) : [];
}

/** Merges until no level holds `mergeWidth` segments, so that the index stays short at any history. */
export async function mergeSegments(parts: SyncParts, own: OwnLane): Promise<OwnLane> {
  let lane = own;
  for (;;) {
    const run = mergeable(lane.segments, parts.limits.mergeWidth);
    const [first, last] = [run[0], run.at(-1)];
    if (first === undefined || last === undefined) return lane;
    const ops = await parts.store.read((reader) => readOps(reader, lane.lane, first.from, last.to));
    lane = await addSegment(parts, lane, ops, run);
  }
}

/** Puts back what another lane's tail refers to and `s/` does not hold, from the ops held here. */
export async function fosterSegments(
  parts: SyncParts,
  lane: string,
  segments: readonly SegmentRef[],
): Promise<void> {
  for (const ref of await missingSegments(parts, lane, segments)) {
    const bytes = await packAgain(parts, lane, ref);
    if (bytes !== null)
      await putFresh(parts, "s", (attempt) => segmentName(lane, { ...ref, attempt }), bytes);
  }
}

/** The same for our own lane, which refers to the new attempts from then on. */
export async function restoreSegments(parts: SyncParts, own: OwnLane): Promise<void> {
  for (const ref of await missingSegments(parts, own.lane, own.segments)) {
    const bytes = await packAgain(parts, own.lane, ref);
    if (bytes === null) continue;
    const old = segmentName(own.lane, ref);
    const name = await putNoted(parts, own.lane, ref, bytes);
    await changeOwn(parts, own.lane, (lane) => ({
      ...lane,
      segments: lane.segments.map((known) =>
        known.from === ref.from && known.hash === ref.hash
          ? { ...known, attempt: name.slice(-attemptDigits), packedBytes: bytes.byteLength }
          : known,
      ),
      litter: [...lane.litter.filter((other) => other !== name), old],
    }));
  }
}

/** Written down before the PUT: a try that nobody remembers would stay on the server for ever. */
function putNoted(parts: SyncParts, lane: string, ref: SegmentRef, bytes: Uint8Array): Promise<string> {
  const nameOf = async (attempt: string) => {
    const name = segmentName(lane, { ...ref, attempt });
    await changeOwn(parts, lane, (own) => ({ ...own, litter: [...own.litter, name] }));
    return name;
  };
  return putFresh(parts, "s", nameOf, bytes);
}

async function missingSegments(
  parts: SyncParts,
  lane: string,
  segments: readonly SegmentRef[],
): Promise<readonly SegmentRef[]> {
  if (segments.length === 0) return [];
  const listing = await parts.remote.list("s", parts.signal);
  const found = listing.names.flatMap((name) => parseSegmentName(name) ?? []);
  const missing: SegmentRef[] = [];
  for (const ref of segments)
    if (!(await isWhole(parts, lane, ref, found, listing.bytesByName))) missing.push(ref);
  return missing;
}

/** The segment's bytes from the ops held here; null when they are not those it was made of. */
async function packAgain(parts: SyncParts, lane: string, ref: SegmentRef): Promise<Uint8Array | null> {
  const ops = await parts.store.read((reader) => readOps(reader, lane, ref.from, ref.to));
  const text = encodeSegment(lane, ops);
  return (await parts.packing.hash(text)) === ref.hash ? parts.packing.pack(text) : null;
}

/** The attempt a tail refers to was confirmed and is whole at its full size; any other may have been cut off and is looked into. */
async function isWhole(
  parts: SyncParts,
  lane: string,
  ref: SegmentRef,
  found: readonly SegmentName[],
  bytesByName: ReadonlyMap<string, number>,
): Promise<boolean> {
  const confirmed = segmentName(lane, ref);
  const isSize = (bytes: number | undefined) => bytes === undefined || bytes === (ref.packedBytes ?? bytes);
  if (found.some(({ name }) => name === confirmed) && isSize(bytesByName.get(confirmed))) return true;
  for (const { name } of found.filter((file) => isSegment(file, lane, ref))) {
    const bytes = await parts.remote.get("s", name, parts.signal);
    if (bytes !== null && (await decodeSegment(bytes, lane, ref, parts.packing)).ok) return true;
  }
  return false;
}

/** Changes our lane's record in one transaction; a lane that is no longer ours is left alone. */
export function changeOwn(
  parts: SyncParts,
  lane: string,
  change: (own: OwnLane) => OwnLane,
): Promise<OwnLane> {
  return parts.store.write(async (writer) => {
    const own = await writer.get("own", "own");
    if (own === undefined || own.lane !== lane) throw new LaneChanged();
    const changed = change(own);
    await writer.put("own", "own", changed);
    return changed;
  });
}

/** The lane was retired while its files were being written; the next run goes on with the new one. */
export class LaneChanged extends Error {}
