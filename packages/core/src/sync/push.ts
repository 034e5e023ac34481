import { encodeTail } from "./codec.ts";
import { readOps } from "./lane-ops.ts";
import { type TailName, tailName } from "./names.ts";
import type { Op } from "./op.ts";
import { placeDrafts, readVector } from "./outbox.ts";
import { putFresh, type SyncParts } from "./parts.ts";
import { supersededTails } from "./plan.ts";
import { addSegment, changeOwn, mergeSegments } from "./segments.ts";
import { type KeptTail, type OwnLane, wholeTable } from "./store.ts";

export interface Pushed {
  /** Ops the server confirmed. */
  readonly ops: number;
  /** Changes that wait for a reply of their session to finish. */
  readonly held: number;
}

/** Brings every change that may leave to the server: nothing to say, no request. */
export async function push(
  parts: SyncParts,
  listed: readonly TailName[],
  report: (ops: number) => void,
): Promise<Pushed> {
  const { own, held } = await placeReady(parts);
  const confirmed = own.acked?.seq ?? 0;
  if (own.seq === confirmed) return { ops: 0, held };
  report(own.seq - confirmed);
  const { lane, sealed } = await seal(parts, own);
  const bytes = await parts.packing.pack(sealed.text);
  const old = { tails: supersededTails(listed, lane), litter: own.litter };
  const name = await putFresh(
    parts,
    "l",
    (attempt) => tailName(lane.lane, sealed.seq, sealed.hash, attempt),
    bytes,
  );
  await changeOwn(parts, lane.lane, (now) => ({
    ...now,
    acked: { seq: sealed.seq, hash: sealed.hash, name },
    previous: (now.segments.at(-1)?.to ?? 0) > confirmed ? "" : (now.acked?.name ?? null),
  }));
  await sweep(parts, lane.lane, old);
  return { ops: sealed.seq - confirmed, held };
}

async function placeReady(parts: SyncParts): Promise<{ readonly own: OwnLane; readonly held: number }> {
  const waiting = await parts.store.read(async (reader) => ({
    hasDrafts: (await reader.list("drafts", { ...wholeTable, limit: 1 })).length > 0,
    own: await reader.get("own", "own"),
  }));
  if (!waiting.hasDrafts && waiting.own !== undefined) return { own: waiting.own, held: 0 };
  return parts.store.write(async (writer) => {
    const live = await writer.list("live", wholeTable);
    const busy = new Set(live.filter(({ value }) => value.isStreaming).map(({ value }) => value.group));
    const own = await placeDrafts(writer, parts.random, (group) => busy.has(group));
    return { own, held: (await writer.list("drafts", wholeTable)).length };
  });
}

/** The tail for the lane's last op: written down before its first PUT, so that every attempt says the same. */
async function seal(
  parts: SyncParts,
  own: OwnLane,
): Promise<{ readonly lane: OwnLane; readonly sealed: KeptTail }> {
  if (own.sealed?.seq === own.seq) return { lane: own, sealed: own.sealed };
  const { lane, text } = await fitTail(parts, own);
  const sealed = { seq: lane.seq, hash: await parts.packing.hash(text), text };
  const did = parts.signer?.did ?? null;
  const known = [...lane.known, `${sealed.seq}~${sealed.hash}`].slice(-maxKnown);
  return { lane: await changeOwn(parts, lane.lane, (now) => ({ ...now, did, sealed, known })), sealed };
}

const maxKnown = 64;

/** Moves ops into segments until the tail is small enough. */
async function fitTail(
  parts: SyncParts,
  own: OwnLane,
): Promise<{ readonly lane: OwnLane; readonly text: string }> {
  let lane = own;
  for (;;) {
    const from = (lane.segments.at(-1)?.to ?? 0) + 1;
    const ops = await parts.store.read((reader) => readOps(reader, lane.lane, from, lane.seq));
    const chunk = firstChunk(ops, parts.limits.segmentChars);
    if (chunk.length === ops.length) {
      const text = await tailText(parts, lane, ops);
      const size = (await parts.packing.pack(text)).byteLength;
      if (size <= parts.limits.tailBytes || ops.length === 0) return { lane, text };
    }
    lane = await mergeSegments(parts, await addSegment(parts, lane, chunk, []));
  }
}

async function tailText(parts: SyncParts, own: OwnLane, ops: readonly Op[]): Promise<string> {
  const vector = await parts.store.read((reader) => readVector(reader, own));
  const from = (own.segments.at(-1)?.to ?? 0) + 1;
  const { lane, seq, segments } = own;
  const did = parts.signer?.did ?? null;
  const seen = vector.filter(([other]) => other !== lane);
  return encodeTail({ lane, did, from, to: seq, segments, seen, ops }, parts.signer);
}

function firstChunk(ops: readonly Op[], maxChars: number): readonly Op[] {
  let chars = 0;
  const end = ops.findIndex((op, at) => {
    chars += JSON.stringify(op).length;
    return at > 0 && chars > maxChars;
  });
  return end < 0 ? ops : ops.slice(0, end);
}

/** Deletes what the confirmed tail made useless. One round late, so that a reader of the tail before finds its segments. */
async function sweep(
  parts: SyncParts,
  lane: string,
  old: { readonly tails: readonly string[]; readonly litter: readonly string[] },
): Promise<void> {
  const tails = old.tails.slice(0, parts.limits.sweepFiles);
  const litter = old.litter.slice(0, parts.limits.sweepFiles - tails.length);
  for (const name of tails) await parts.remote.remove("l", name, parts.signal);
  for (const name of litter) await parts.remote.remove("s", name, parts.signal);
  if (litter.length > 0)
    await changeOwn(parts, lane, (own) => ({
      ...own,
      litter: own.litter.filter((name) => !litter.includes(name)),
    }));
}
