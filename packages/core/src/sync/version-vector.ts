import { compareText } from "./hlc.ts";

/** Per lane the last sequence number seen, sorted by lane, each lane once. */
export type VersionVector = readonly (readonly [lane: string, seq: number])[];

export function seqIn(vector: VersionVector, lane: string): number {
  for (const [known, seq] of vector) if (known === lane) return seq;
  return 0;
}

/** The smallest vector that covers both: commutative, associative, idempotent. */
export function joinVectors(a: VersionVector, b: VersionVector): VersionVector {
  if (a.length === 0) return b;
  const seqByLane = new Map(a);
  for (const [lane, seq] of b) seqByLane.set(lane, Math.max(seq, seqByLane.get(lane) ?? 0));
  return vectorOf(seqByLane);
}

export function vectorOf(seqByLane: Iterable<readonly [string, number]>): VersionVector {
  return [...seqByLane]
    .filter(([, seq]) => seq > 0)
    .map(([lane, seq]) => [lane, seq] as const)
    .sort((x, y) => compareText(x[0], y[0]));
}

export function withoutLane(vector: VersionVector, lane: string): VersionVector {
  return vector.filter(([known]) => known !== lane);
}
