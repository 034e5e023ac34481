import { z } from "zod";
import { base64UrlToBytes, bytesToBase64Url } from "../crypto/index.ts";
import { laneSchema, type Op, opToWire, seqSchema, vectorSchema, wireOpsSchema, wireToOp } from "./op.ts";
import type { Packing } from "./packing.ts";
import type { SegmentRef } from "./store.ts";
import type { VersionVector } from "./version-vector.ts";

/** Signs a tail with the device's key; `Signer` of core/ucan is one. */
export interface TailSigner {
  readonly did: string;
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** Whether the `did:key` signed the bytes; false for what is no key at all. `verifySignature` of core/ucan is one. */
export type VerifySignature = (did: string, bytes: Uint8Array, signature: Uint8Array) => Promise<boolean>;

/** The newest end of a lane: where its older ops are, its last ops, and what its device had seen. */
export interface Tail {
  readonly lane: string;
  /** Null when the lane is not signed. */
  readonly did: string | null;
  readonly from: number;
  readonly to: number;
  readonly segments: readonly SegmentRef[];
  readonly seen: VersionVector;
  readonly ops: readonly Op[];
}

/** `newer`: written by a later version of the format. `damaged`: torn, forged or nonsense; nothing of it is used. */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: "damaged" | "newer" };

export const formatVersion = 1;
const maxTailBytes = 16 * 1_048_576;
const maxSegmentBytes = 96 * 1_048_576;

const attemptSchema = z.string().regex(/^[0-9a-f]{12}$/);
const hashSchema = z.string().regex(/^[0-9a-f]{32}$/);
const segmentRefSchema = z.tuple([seqSchema, seqSchema, hashSchema, attemptSchema, z.int().min(0).max(9)]);
const tailSchema = z.strictObject({
  v: z.literal(formatVersion),
  lane: laneSchema,
  did: z.string().max(128).nullable(),
  from: seqSchema,
  to: seqSchema,
  segments: z.array(segmentRefSchema).max(10_000),
  seen: vectorSchema,
  ops: wireOpsSchema,
});
const segmentSchema = z.strictObject({
  v: z.literal(formatVersion),
  lane: laneSchema,
  from: seqSchema,
  to: seqSchema,
  ops: wireOpsSchema,
});
const versionSchema = z.object({ v: z.int().min(formatVersion + 1) });

/** One line of JSON, a line feed, the base64url signature over the first line (empty when not signed). */
export async function encodeTail(tail: Tail, signer: TailSigner | null): Promise<string> {
  const line = JSON.stringify({
    v: formatVersion,
    lane: tail.lane,
    did: tail.did,
    from: tail.from,
    to: tail.to,
    segments: tail.segments.map(({ from, to, hash, attempt, level }) => [from, to, hash, attempt, level]),
    seen: tail.seen,
    ops: tail.ops.map(opToWire),
  });
  const signature = signer === null ? "" : bytesToBase64Url(await signer.sign(signedBytes(line)));
  return `${line}\n${signature}`;
}

/** One line of JSON made of the ops alone: any device that holds them makes the same text. */
export function encodeSegment(lane: string, ops: readonly Op[]): string {
  const from = ops[0]?.seq ?? 0;
  const to = from + ops.length - 1;
  return JSON.stringify({ v: formatVersion, lane, from, to, ops: ops.map(opToWire) });
}

export async function decodeTail(
  bytes: Uint8Array,
  expected: { readonly lane: string; readonly seq: number; readonly hash: string },
  packing: Packing,
  verify: VerifySignature,
): Promise<Decoded<{ readonly tail: Tail; readonly text: string }>> {
  const text = await unpackChecked(bytes, expected.hash, maxTailBytes, packing);
  if (text === null) return damaged;
  const end = text.indexOf("\n");
  const line = end < 0 ? text : text.slice(0, end);
  const read = parseLine(line, tailSchema);
  if (!read.ok) return read;
  const { lane, did, from, to, segments, seen, ops } = read.value;
  const refs = toRefs(segments);
  const isWhole = lane === expected.lane && to === expected.seq && ops.length === to - from + 1;
  if (!isWhole || !coverAll(refs, from) || end < 0) return damaged;
  if (!(await isSignedBy(did, line, text.slice(end + 1), verify))) return damaged;
  const tail = {
    lane,
    did,
    from,
    to,
    segments: refs,
    seen,
    ops: ops.map((op, at) => wireToOp(op, lane, from + at)),
  };
  return { ok: true, value: { tail, text } };
}

export async function decodeSegment(
  bytes: Uint8Array,
  lane: string,
  ref: SegmentRef,
  packing: Packing,
): Promise<Decoded<readonly Op[]>> {
  const text = await unpackChecked(bytes, ref.hash, maxSegmentBytes, packing);
  if (text === null) return damaged;
  const read = parseLine(text, segmentSchema);
  if (!read.ok) return read;
  const { from, to, ops } = read.value;
  const isRight =
    read.value.lane === lane && from === ref.from && to === ref.to && ops.length === to - from + 1;
  return isRight ? { ok: true, value: ops.map((op, at) => wireToOp(op, lane, from + at)) } : damaged;
}

/** Reads a tail's text that was checked when it was kept. */
export function decodeTailText(text: string): Pick<Tail, "segments"> {
  const read = parseLine(text.slice(0, Math.max(0, text.indexOf("\n"))), tailSchema);
  return { segments: read.ok ? toRefs(read.value.segments) : [] };
}

const damaged = { ok: false, reason: "damaged" } as const;

async function unpackChecked(
  bytes: Uint8Array,
  hash: string,
  maxBytes: number,
  packing: Packing,
): Promise<string | null> {
  try {
    const text = await packing.unpack(bytes, maxBytes);
    return (await packing.hash(text)) === hash ? text : null;
  } catch {
    // Torn, not packed at all or a bomb: for the reader all the same, this file is not there yet.
    return null;
  }
}

function toRefs(wire: readonly z.output<typeof segmentRefSchema>[]): readonly SegmentRef[] {
  return wire.map(([from, to, hash, attempt, level]) => ({ from, to, hash, attempt, level }));
}

/** Only JSON that comes out again byte for byte is read: what is signed is what is understood. */
function parseLine<T>(line: string, schema: z.ZodType<T>): Decoded<T> {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return damaged;
  }
  if (versionSchema.safeParse(json).success) return { ok: false, reason: "newer" };
  if (JSON.stringify(json) !== line) return damaged;
  const parsed = schema.safeParse(json);
  return parsed.success ? { ok: true, value: parsed.data } : damaged;
}

/** Segments follow one another from the first op to just before the tail's own. */
function coverAll(segments: readonly SegmentRef[], from: number): boolean {
  let next = 1;
  for (const segment of segments) {
    if (segment.from !== next || segment.to < segment.from) return false;
    next = segment.to + 1;
  }
  return next === from;
}

async function isSignedBy(
  did: string | null,
  line: string,
  signature: string,
  verify: VerifySignature,
): Promise<boolean> {
  if (did === null) return signature === "";
  const bytes = base64UrlToBytes(signature);
  return bytes !== null && (await verify(did, signedBytes(line), bytes));
}

function signedBytes(line: string): Uint8Array {
  return new TextEncoder().encode(`relite lane tail\n${line}`);
}
