import { compareHlc, compareText, type Hlc } from "./hlc.ts";
import type { JsonValue } from "./json-value.ts";
import { type DeleteOp, localLane, type SetOp } from "./op.ts";
import { joinVectors, seqIn, type VersionVector, withoutLane } from "./version-vector.ts";

export interface FieldEntry {
  readonly field: string;
  readonly lane: string;
  readonly seq: number;
  readonly hlc: Hlc;
  readonly value: JsonValue;
}

/** All that is needed of an entity's history: per field and lane the edits that can still win, and what deletes had seen. */
export interface EntityState {
  readonly entity: string;
  readonly entries: readonly FieldEntry[];
  readonly removed: VersionVector;
  /** The latest delete; null when there never was one. */
  readonly removedAt: Hlc | null;
}

export function emptyState(entity: string): EntityState {
  return { entity, entries: [], removed: [], removedAt: null };
}

/** Takes one edit or delete in. Any order and any repetition of the same ops gives the same state. */
export function applyToEntity(state: EntityState, op: SetOp | DeleteOp): EntityState {
  if (op.kind === "delete") {
    const isLater = state.removedAt === null || compareHlc(op.hlc, state.removedAt) > 0;
    const removed = joinVectors(state.removed, op.seen);
    return { ...state, removed, removedAt: isLater ? op.hlc : state.removedAt };
  }
  const { field, lane, seq, hlc, value } = op;
  const entry: FieldEntry = { field, lane, seq, hlc, value };
  if (state.entries.some((known) => outlives(known, entry))) return state;
  const entries = [...state.entries.filter((known) => !outlives(entry, known)), entry].sort(byPlace);
  return { ...state, entries };
}

/** An entity is there while it has an edit that no delete has seen. */
export function isAlive(state: EntityState): boolean {
  return state.entries.some((entry) => !isRemoved(state, entry));
}

/**
 * The winning value of each field: the greatest (hlc, lane) that no delete has seen. A field whose edits were all seen
 * by a delete keeps the last of them, so that an entity brought back by one unseen edit comes back whole.
 */
export function readFields(state: EntityState): ReadonlyMap<string, JsonValue> {
  const winners = new Map<string, FieldEntry>();
  for (const entry of state.entries) {
    const best = winners.get(entry.field);
    if (best === undefined || beats(state, entry, best)) winners.set(entry.field, entry);
  }
  return new Map([...winners].map(([field, entry]) => [field, entry.value]));
}

/** The greatest reading of the entity's history; a new edit must lie after it. */
export function latestHlc(state: EntityState): Hlc | null {
  let latest = state.removedAt;
  for (const { hlc } of state.entries) if (latest === null || compareHlc(hlc, latest) > 0) latest = hlc;
  return latest;
}

/** The state without one draft of the outbox, which is about to be applied from its place in the lane. */
export function withoutDraft(state: EntityState, id: number): EntityState {
  const isLastDelete = seqIn(state.removed, localLane) === id - 1;
  return {
    ...state,
    entries: state.entries.filter((entry) => entry.lane !== localLane || entry.seq !== id),
    removed: isLastDelete ? withoutLane(state.removed, localLane) : state.removed,
  };
}

function isRemoved(state: EntityState, entry: FieldEntry): boolean {
  return entry.seq <= seqIn(state.removed, entry.lane);
}

function beats(state: EntityState, challenger: FieldEntry, best: FieldEntry): boolean {
  const isGone = isRemoved(state, challenger);
  if (isGone !== isRemoved(state, best)) return !isGone;
  return compareEdits(challenger, best) > 0;
}

/** Ties of one reading (a cloned profile) resolve by content, so that no device depends on which copy it got first. */
function compareEdits(a: FieldEntry, b: FieldEntry): number {
  return compareHlc(a.hlc, b.hlc) || compareText(JSON.stringify(a.value), JSON.stringify(b.value));
}

/** True when `other` can never matter again: deletes take a lane from its start, so the later of one lane stays longest. */
function outlives(entry: FieldEntry, other: FieldEntry): boolean {
  return (
    entry.field === other.field &&
    entry.lane === other.lane &&
    entry.seq >= other.seq &&
    compareEdits(entry, other) >= 0
  );
}

function byPlace(a: FieldEntry, b: FieldEntry): number {
  return compareText(a.field, b.field) || compareText(a.lane, b.lane) || a.seq - b.seq;
}
