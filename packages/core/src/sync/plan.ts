import type { TailName } from "./names.ts";
import type { KeptTail, LaneProgress, OwnLane } from "./store.ts";

/** Everything a decision depends on: what one listing showed and what this device knows. */
export interface Observation {
  readonly listed: readonly TailName[];
  readonly own: OwnLane | null;
  readonly lanes: readonly LaneProgress[];
  /** The newest tail kept of each foreign lane. */
  readonly kept: ReadonlyMap<string, KeptTail>;
  readonly nowMs: number;
  /** The user said that an empty server is to be filled from here. */
  readonly mayFillEmpty: boolean;
}

export type Effect =
  /** The server has nothing, though it once confirmed something: stop and ask. */
  | { readonly kind: "ask" }
  /** A tail of a lane of ours that we did not write, or no longer know: a copy of this profile may be at work. */
  | { readonly kind: "inspect"; readonly tail: TailName }
  /** Newest first; `isShort` when a later one could not be read of late and is left alone for now. */
  | {
      readonly kind: "read";
      readonly lane: string;
      readonly candidates: readonly TailName[];
      readonly isShort: boolean;
    }
  /** Our newest confirmed tail is not listed. `isSure` when the listing was empty. */
  | { readonly kind: "restore"; readonly isSure: boolean }
  /** The tail before our newest one is gone, so that segments may be too; or the daily look at them is due. */
  | { readonly kind: "verify-segments" }
  /** What is held here of another lane is not on the server any more. */
  | { readonly kind: "foster"; readonly lane: string }
  | { readonly kind: "count-missed"; readonly lane: string; readonly missedPolls: number }
  | { readonly kind: "push" };

/** So many polls in a row must miss a tail before another device puts it back: its owner goes first. */
export const fosterAfterPolls = 3;
const maxCandidates = 6;
/** So often the owner of a lane looks whether its segments are still on the server: nobody else can put them back. */
const verifyAfterMs = 86_400_000;
export const unreadableTries = 4;
export const unreadableRestMs = 600_000;

/** From one listing to what is to be done, in order. Pure; the cost follows the listing. */
export function plan(observation: Observation): readonly Effect[] {
  const { listed, own, lanes, mayFillEmpty } = observation;
  const isEmpty = listed.length === 0;
  const hasConfirmed = (own?.acked ?? null) !== null || lanes.some(({ applied }) => applied > 0);
  if (isEmpty && hasConfirmed && !mayFillEmpty) return [{ kind: "ask" }];
  const byLane = Map.groupBy(listed, ({ lane }) => lane);
  const foreign = [...byLane.keys()].filter((lane) => lane !== own?.lane).sort();
  return [
    ...inspectCurrent(byLane, observation),
    ...foreign.flatMap((lane) => readLane(lane, byLane.get(lane) ?? [], observation)),
    ...inspectRetired(byLane, observation),
    ...restoreOwn(byLane, observation, isEmpty),
    ...lanes.flatMap((progress) => watchLane(progress, byLane.get(progress.lane) ?? [], observation)),
    { kind: "push" },
  ];
}

/**
 * Tails of our own lane that may go, once a newer one is confirmed: all but the one confirmed before it. What we do not
 * know may be a copy's of this profile, and stays.
 */
export function supersededTails(listed: readonly TailName[], own: OwnLane): readonly string[] {
  const confirmed = own.acked;
  if (confirmed === null || !listed.some(({ name }) => name === confirmed.name)) return [];
  return listed
    .filter(({ lane, seq, hash }) => lane === own.lane && own.known.includes(`${seq}~${hash}`))
    .filter(({ seq, name }) => seq <= confirmed.seq && name !== confirmed.name)
    .sort((a, b) => a.seq - b.seq)
    .map(({ name }) => name);
}

/** The last sequence number of a lane that counts. */
export function countedSeq(seq: number, progress: LaneProgress | undefined): number {
  const cutFrom = progress?.cutFrom ?? 0;
  return cutFrom > 0 ? Math.min(seq, cutFrom - 1) : seq;
}

function inspectCurrent(
  byLane: ReadonlyMap<string, readonly TailName[]>,
  observation: Observation,
): readonly Effect[] {
  const { own } = observation;
  return own === null ? [] : inspectUnknown(byLane.get(own.lane) ?? [], own.known, observation);
}

function inspectRetired(
  byLane: ReadonlyMap<string, readonly TailName[]>,
  observation: Observation,
): readonly Effect[] {
  return (observation.own?.retired ?? []).flatMap(({ lane, from, known }) => {
    const tails = (byLane.get(lane) ?? []).filter(({ seq }) => seq >= from);
    return inspectUnknown(tails, known, observation);
  });
}

function inspectUnknown(
  tails: readonly TailName[],
  known: readonly string[],
  { lanes, nowMs }: Observation,
): readonly Effect[] {
  return tails
    .filter(({ seq, hash }) => !known.includes(`${seq}~${hash}`))
    .filter(
      ({ lane, name }) =>
        !isResting(
          lanes.find((progress) => progress.lane === lane),
          name,
          nowMs,
        ),
    )
    .sort((a, b) => b.seq - a.seq)
    .slice(0, maxCandidates)
    .map((tail) => ({ kind: "inspect", tail }));
}

function readLane(lane: string, tails: readonly TailName[], observation: Observation): readonly Effect[] {
  const progress = observation.lanes.find((known) => known.lane === lane);
  const ahead = tails
    .filter(({ seq }) => countedSeq(seq, progress) > (progress?.applied ?? 0))
    .sort((a, b) => b.seq - a.seq);
  const readable = ahead.filter(({ name }) => !isResting(progress, name, observation.nowMs));
  const isShort = (ahead[0]?.seq ?? 0) > (readable[0]?.seq ?? 0);
  const candidates = readable.slice(0, maxCandidates);
  return candidates.length === 0 && !isShort ? [] : [{ kind: "read", lane, candidates, isShort }];
}

function restoreOwn(
  byLane: ReadonlyMap<string, readonly TailName[]>,
  { own, nowMs }: Observation,
  isEmpty: boolean,
): readonly Effect[] {
  if (own === null) return [];
  // A push that did not get as far as its tail may have left segments that no listing of tails vouches for.
  const isUnvouched = (own.segments.at(-1)?.to ?? 0) > (own.acked?.seq ?? 0);
  const isOverdue = own.segments.length > 0 && Math.abs(nowMs - own.verifiedAtMs) > verifyAfterMs;
  if (own.acked === null) return isUnvouched ? [{ kind: "verify-segments" }] : [];
  // Another attempt of the same tail may be one that was cut off: only the confirmed name counts.
  const confirmed = own.acked.name;
  const isThere = (byLane.get(own.lane) ?? []).some(({ name }) => name === confirmed);
  if (!isThere) return [{ kind: "restore", isSure: isEmpty }];
  const { previous } = own;
  const isWhole = previous === null || (byLane.get(own.lane) ?? []).some(({ name }) => name === previous);
  return isWhole && !isUnvouched && !isOverdue ? [] : [{ kind: "verify-segments" }];
}

/** A torn file is not read again at every poll; the clock may have been set back, so a far rest counts for nothing. */
function isResting(progress: LaneProgress | undefined, name: string, nowMs: number): boolean {
  const known = progress?.unreadable.find((tail) => tail.name === name);
  return known !== undefined && known.retryAtMs > nowMs && known.retryAtMs <= nowMs + unreadableRestMs;
}

function watchLane(
  progress: LaneProgress,
  tails: readonly TailName[],
  { kept, mayFillEmpty, listed }: Observation,
): readonly Effect[] {
  const { lane, applied, missedPolls, unreadable } = progress;
  const sound = tails.filter(({ name }) => !unreadable.some((tail) => tail.name === name));
  const newest = Math.max(0, ...sound.map(({ seq }) => seq));
  if (applied === 0 || newest >= applied || !kept.has(lane))
    return missedPolls === 0 ? [] : [{ kind: "count-missed", lane, missedPolls: 0 }];
  const isDue = missedPolls + 1 >= fosterAfterPolls || (mayFillEmpty && listed.length === 0);
  return isDue ? [{ kind: "foster", lane }] : [{ kind: "count-missed", lane, missedPolls: missedPolls + 1 }];
}
