import { initialClockState, tickClock } from "./hlc.ts";
import type { DeleteOp, Op, Unplaced } from "./op.ts";
import { newLane } from "./outbox.ts";
import { rebuildEntities } from "./rebuild.ts";
import { type Draft, draftKey, type OwnLane, opKey, type SyncWriter, wholeTable } from "./store.ts";
import { seqIn } from "./version-vector.ts";

/** Time and chance of one transaction. */
export interface Applying {
  readonly nowMs: number;
  readonly random: () => number;
}

const maxRetired = 32;

/**
 * Leaves our lane, which a copy of this profile writes too: it counts only up to before `from`, what we wrote later
 * goes out again in a new lane, and with it what the copy wrote (`theirs`), in case it never returns.
 */
export async function retireLane(
  writer: SyncWriter,
  from: number,
  theirs: readonly Op[],
  { nowMs, random }: Applying,
): Promise<void> {
  const own = await writer.get("own", "own");
  if (own === undefined) return;
  const mine = await takeOps(writer, own, from);
  const next = newLane(random);
  const hasCut = mine.length > 0 || theirs.length > 0;
  const ticked = tickClock((await writer.get("clock", "clock")) ?? initialClockState, nowMs, next.lane, null);
  await writer.put("clock", "clock", ticked.state);
  const cut: Content = {
    group: "",
    isForeign: false,
    op: { kind: "cut", hlc: ticked.hlc, target: own.lane, from },
  };
  const waiting = (await writer.list("drafts", wholeTable)).map(({ value }) => value);
  // Our deletes take all before them in the lane: what the copy wrote, which they have not seen, comes last.
  await writeDrafts(writer, [
    ...(hasCut ? [cut] : []),
    ...mine.map(toContent),
    ...waiting,
    ...toForeign(theirs),
  ]);
  await writer.put("lanes", own.lane, {
    lane: own.lane,
    applied: from - 1,
    did: null,
    cutFrom: hasCut ? from : 0,
    missedPolls: 0,
    unreadable: [],
  });
  if (own.sealed !== null) await writer.put("tails", own.lane, own.sealed);
  const retired = [...own.retired, { lane: own.lane, from, known: own.known }].slice(-maxRetired);
  await writer.put("own", "own", { ...next, retired });
  await rebuildEntities(writer, entitiesOf([...mine, ...theirs, ...waiting.map(({ op }) => op)]));
}

/** Ops that a copy of this profile wrote, as changes of ours; its deletes have already taken what they had seen of them. */
export function toForeign(theirs: readonly Op[]): readonly Content[] {
  const deletes = theirs.filter((op) => op.kind === "delete");
  return theirs
    .filter((op) => op.kind !== "set" || !deletes.some((other) => hasSeen(other, op)))
    .map((op) => ({ ...toContent(op), isForeign: true }));
}

export type Content = Omit<Draft, "id">;

/** Puts drafts into the outbox in this order, in place of all that are there. */
export async function writeDrafts(writer: SyncWriter, contents: readonly Content[]): Promise<void> {
  for (const { key } of await writer.list("drafts", wholeTable)) await writer.remove("drafts", key);
  for (const [at, { group, isForeign, op }] of contents.entries())
    await writer.put("drafts", draftKey(at + 1), { id: at + 1, group, isForeign, op });
}

export function entitiesOf(ops: readonly (Op | Unplaced<Op>)[]): ReadonlySet<string> {
  return new Set(ops.flatMap((op) => (op.kind === "cut" ? [] : [op.entity])));
}

function toContent(op: Op): Content {
  const { lane: _lane, seq: _seq, ...rest } = op;
  return { group: "", isForeign: false, op: rest };
}

function hasSeen(deletion: DeleteOp, op: Op & { readonly entity: string }): boolean {
  return deletion.entity === op.entity && seqIn(deletion.seen, op.lane) >= op.seq;
}

async function takeOps(writer: SyncWriter, own: OwnLane, from: number): Promise<readonly Op[]> {
  const rows = await writer.list("ops", { from: opKey(own.lane, from), to: opKey(own.lane, own.seq + 1) });
  for (const { key } of rows) await writer.remove("ops", key);
  return rows.map(({ value }) => value);
}
