import { ReliteError } from "../errors/index.ts";
import { applyToEntity, emptyState, latestHlc, withoutDraft } from "./entity-state.ts";
import { type Hlc, initialClockState, tickClock } from "./hlc.ts";
import type { JsonValue } from "./json-value.ts";
import { entitySchema, fieldSchema, localLane, maxSeq, type Op, type Unplaced, valueSchema } from "./op.ts";
import {
  type Draft,
  draftKey,
  type OwnLane,
  opKey,
  type SyncReader,
  type SyncWriter,
  wholeTable,
} from "./store.ts";
import { type VersionVector, vectorOf } from "./version-vector.ts";

export type Change =
  | { readonly kind: "set"; readonly entity: string; readonly field: string; readonly value: JsonValue }
  | { readonly kind: "delete"; readonly entity: string };

export interface Staging {
  readonly nowMs: number;
  /** Numbers in [0, 1); used once, to name this installation's lane. */
  readonly random: () => number;
  /** Changes of one group leave this device together and in order. */
  readonly group: string;
}

/**
 * Makes changes part of the local state and of the outbox, inside the caller's transaction, so that what is shown and
 * what will be sent are never apart. Bad names or values: `bad_request`, and the transaction is left.
 */
export async function stageChanges(
  writer: SyncWriter,
  changes: readonly Change[],
  staging: Staging,
): Promise<void> {
  const own = await readOwnLane(writer, staging.random);
  let clock = (await writer.get("clock", "clock")) ?? initialClockState;
  let id = await lastDraftId(writer);
  for (const change of changes) {
    checkChange(change);
    const state = (await writer.get("entities", change.entity)) ?? emptyState(change.entity);
    const ticked = tickClock(clock, staging.nowMs, own.lane, latestHlc(state));
    clock = ticked.state;
    id += 1;
    const op = await toUnplaced(writer, change, ticked.hlc, own);
    const draft: Draft = { id, group: staging.group, isForeign: false, op };
    await writer.put("drafts", draftKey(id), draft);
    const local = placeDraft(draft, localLane, id);
    if (local.kind !== "cut") await writer.put("entities", change.entity, applyToEntity(state, local));
  }
  await writer.put("clock", "clock", clock);
}

/**
 * Places every draft whose group is not busy at the end of this device's lane; answers the lane as it is then.
 * Cost follows the number of drafts, not the history.
 */
export async function placeDrafts(
  writer: SyncWriter,
  random: () => number,
  isHeld: (group: string) => boolean,
): Promise<OwnLane> {
  const own = await readOwnLane(writer, random);
  const waiting = await writer.list("drafts", wholeTable);
  const firstHeld = waiting.find(({ value }) => isHeld(value.group))?.value.id ?? Number.POSITIVE_INFINITY;
  const isStuck = waiting.some(({ value }) => value.isForeign && value.id > firstHeld);
  const drafts = waiting.filter(({ value }) => {
    // A delete of ours that is held must not come after what it has not seen.
    if (value.isForeign) return value.id < firstHeld;
    // What a cut takes away goes out again with it, or not yet.
    if (value.op.kind === "cut") return !isStuck;
    return !isHeld(value.group);
  });
  let seq = own.seq;
  for (const { key, value } of drafts) {
    seq += 1;
    const op = placeDraft(value, own.lane, seq);
    await writer.put("ops", opKey(own.lane, seq), op);
    await writer.remove("drafts", key);
    if (op.kind === "cut") continue;
    const state = (await writer.get("entities", op.entity)) ?? emptyState(op.entity);
    await writer.put("entities", op.entity, applyToEntity(withoutDraft(state, value.id), op));
  }
  const placed = { ...own, seq };
  if (seq !== own.seq) await writer.put("own", "own", placed);
  return placed;
}

/** This installation's lane; made up at the first change. */
export async function readOwnLane(writer: SyncWriter, random: () => number): Promise<OwnLane> {
  const known = await writer.get("own", "own");
  if (known !== undefined) return known;
  const own = newLane(random);
  await writer.put("own", "own", own);
  return own;
}

export function newLane(random: () => number): OwnLane {
  return {
    lane: randomHex(random, 24),
    did: null,
    seq: 0,
    segments: [],
    sealed: null,
    acked: null,
    previous: null,
    verifiedAtMs: 0,
    known: [],
    litter: [],
    retired: [],
  };
}

export function randomHex(random: () => number, digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join("");
}

/** Everything this device has taken in; what a delete made now has seen. A cut lane counts as seen to its end. */
export async function readVector(reader: SyncReader, own: OwnLane): Promise<VersionVector> {
  const lanes = await reader.list("lanes", wholeTable);
  return vectorOf([
    [own.lane, own.seq],
    ...lanes.map(({ value }) => [value.lane, value.cutFrom > 0 ? maxSeq : value.applied] as const),
  ]);
}

async function lastDraftId(writer: SyncWriter): Promise<number> {
  const [last] = await writer.list("drafts", { ...wholeTable, limit: 1, reverse: true });
  return last?.value.id ?? 0;
}

function checkChange(change: Change): void {
  const isFine =
    entitySchema.safeParse(change.entity).success &&
    (change.kind === "delete" ||
      (fieldSchema.safeParse(change.field).success && valueSchema.safeParse(change.value).success));
  if (!isFine)
    throw new ReliteError("bad_request", "This cannot be kept: a bad name or value.", {
      reason: "bad_change",
    });
}

async function toUnplaced(writer: SyncWriter, change: Change, hlc: Hlc, own: OwnLane): Promise<Unplaced<Op>> {
  if (change.kind === "set") return { ...change, hlc };
  return { ...change, hlc, seen: await readVector(writer, own) };
}

/**
 * Gives a draft its place in a lane; in the outbox itself the pseudo-lane `local` stands for it. A delete has seen all
 * of its lane before it, since drafts of one entity are placed in their order.
 */
export function placeDraft({ op, isForeign }: Draft, lane: string, seq: number): Op {
  if (op.kind !== "delete") return { ...op, lane, seq };
  const others = op.seen.filter(([known]) => known !== lane);
  return { ...op, lane, seq, seen: isForeign ? others : vectorOf([...others, [lane, seq - 1]]) };
}
