import { applyToEntity, emptyState } from "./entity-state.ts";
import { type ClockState, initialClockState, observeHlc } from "./hlc.ts";
import type { CutOp, Op } from "./op.ts";
import { newProgress } from "./progress.ts";
import { rebuildEntities } from "./rebuild.ts";
import { type Applying, retireLane } from "./retire.ts";
import { opKey, type SyncWriter } from "./store.ts";

/**
 * Takes the next ops of a lane in: those already here, after a gap or behind a cut are passed over. Answers how many
 * were new. State, progress and clock change in the caller's transaction.
 */
export async function applyOps(
  writer: SyncWriter,
  lane: string,
  ops: readonly Op[],
  applying: Applying,
): Promise<number> {
  let progress = (await writer.get("lanes", lane)) ?? newProgress(lane);
  let clock = (await writer.get("clock", "clock")) ?? initialClockState;
  const start = progress.applied;
  const cuts: CutOp[] = [];
  for (const op of ops) {
    const isBehindCut = progress.cutFrom > 0 && op.seq >= progress.cutFrom;
    if (op.seq !== progress.applied + 1 || isBehindCut) continue;
    await writer.put("ops", opKey(lane, op.seq), op);
    clock = observeHlc(clock, applying.nowMs, op.hlc);
    progress = { ...progress, applied: op.seq };
    if (op.kind === "cut") cuts.push(op);
    else await applyOne(writer, op);
  }
  if (progress.applied === start) return 0;
  await writer.put("lanes", lane, progress);
  await keepClock(writer, clock);
  for (const cut of cuts) await applyCut(writer, cut.target, cut.from, applying);
  return progress.applied - start;
}

/** From `from` on the lane counts no more. Our own lane being cut means that a copy of this profile found us first. */
export async function applyCut(
  writer: SyncWriter,
  target: string,
  from: number,
  applying: Applying,
): Promise<void> {
  const own = await writer.get("own", "own");
  if (own?.lane === target) await retireLane(writer, Math.min(from, own.seq + 1), [], applying);
  await cutForeign(writer, target, from);
}

/** Forgets the ops of a foreign lane from `from` on, and what they did. */
export async function cutForeign(writer: SyncWriter, target: string, from: number): Promise<void> {
  const progress = (await writer.get("lanes", target)) ?? newProgress(target);
  if (progress.cutFrom > 0 && progress.cutFrom <= from) return;
  const applied = Math.min(progress.applied, from - 1);
  await writer.put("lanes", target, { ...progress, applied, cutFrom: from });
  const touched = new Set<string>();
  for (const { key, value } of await writer.list("ops", {
    from: opKey(target, from),
    to: opKey(target, progress.applied + 1),
  })) {
    await writer.remove("ops", key);
    if (value.kind !== "cut") touched.add(value.entity);
  }
  await rebuildEntities(writer, touched);
}

async function applyOne(writer: SyncWriter, op: Exclude<Op, CutOp>): Promise<void> {
  const state = (await writer.get("entities", op.entity)) ?? emptyState(op.entity);
  await writer.put("entities", op.entity, applyToEntity(state, op));
}

async function keepClock(writer: SyncWriter, clock: ClockState): Promise<void> {
  const known = (await writer.get("clock", "clock")) ?? initialClockState;
  if (known.ms !== clock.ms || known.count !== clock.count) await writer.put("clock", "clock", clock);
}
