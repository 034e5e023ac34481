import { laneSchema } from "./op.ts";
import type { SegmentRef } from "./store.ts";

/** A file of `l/`: its name alone says which lane, how far, and what it must hash to. */
export interface TailName {
  readonly name: string;
  readonly lane: string;
  readonly seq: number;
  readonly hash: string;
}

export interface SegmentName {
  readonly name: string;
  readonly lane: string;
  readonly from: number;
  readonly to: number;
  readonly hash: string;
}

export const attemptDigits = 12;

const tailPattern = /^([0-9a-f]{24})~([1-9]\d{0,14})~([0-9a-f]{32})~[0-9a-f]{12}$/;
const segmentPattern = /^([0-9a-f]{24})~([1-9]\d{0,14})-([1-9]\d{0,14})~([0-9a-f]{32})~[0-9a-f]{12}$/;

export function tailName(lane: string, seq: number, hash: string, attempt: string): string {
  return `${laneSchema.parse(lane)}~${seq}~${hash}~${attempt}`;
}

/** Null for a name that is none of ours: such files are left alone. */
export function parseTailName(name: string): TailName | null {
  const [, lane, seq, hash] = tailPattern.exec(name) ?? [];
  return lane === undefined || hash === undefined ? null : { name, lane, seq: Number(seq), hash };
}

export function segmentName(lane: string, ref: SegmentRef): string {
  return `${laneSchema.parse(lane)}~${ref.from}-${ref.to}~${ref.hash}~${ref.attempt}`;
}

export function parseSegmentName(name: string): SegmentName | null {
  const [, lane, from, to, hash] = segmentPattern.exec(name) ?? [];
  if (lane === undefined || hash === undefined) return null;
  return { name, lane, from: Number(from), to: Number(to), hash };
}

/** Whether a file found in `s/` is the one referred to, in whatever attempt. */
export function isSegment(found: SegmentName, lane: string, ref: SegmentRef): boolean {
  return found.lane === lane && found.from === ref.from && found.to === ref.to && found.hash === ref.hash;
}
