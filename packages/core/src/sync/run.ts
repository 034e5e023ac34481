import { isReliteError, type ReliteError } from "../errors/index.ts";
import { countMissed, foster, restoreOwn, verifySegments } from "./audit.ts";
import { bindLane, inspectTail } from "./fork.ts";
import { correctClock, initialClockState } from "./hlc.ts";
import { parseTailName, type TailName } from "./names.ts";
import type { SyncParts } from "./parts.ts";
import { type Effect, type Observation, plan } from "./plan.ts";
import { readLane } from "./pull.ts";
import { push } from "./push.ts";
import { LaneChanged } from "./segments.ts";
import { type KeptTail, wholeTable } from "./store.ts";

export interface RunReport {
  readonly outcome: "done" | "ask";
  readonly up: number;
  readonly down: number;
  /** Changes that wait for a reply of their session to finish. */
  readonly held: number;
  /** Lanes that could not be read to their end this time. */
  readonly behind: number;
  /** A lane was written by a later version of the format. */
  readonly hasNewer: boolean;
}

export type Progress = (direction: "up" | "down", ops: number) => void;

const nothing: RunReport = { outcome: "done", up: 0, down: 0, held: 0, behind: 0, hasNewer: false };

/** Nothing may be pushed after one of these failed: a newer tail would hide that the lane is not whole. */
const ownLaneEffects: ReadonlySet<Effect["kind"]> = new Set<Effect["kind"]>([
  "restore",
  "verify-segments",
  "push",
]);

/**
 * One round: one listing, then what the plan says. A server's refusal of one lane's file keeps nobody from the rest;
 * the first such error is thrown at the end.
 */
export async function runSync(
  parts: SyncParts,
  mayFillEmpty: boolean,
  progress: Progress,
): Promise<RunReport> {
  const listing = await parts.remote.list("l", parts.signal);
  if (listing.serverDateMs !== null) await learnTime(parts, listing.serverDateMs);
  await bindLane(parts);
  const listed = listing.names.flatMap((name) => parseTailName(name) ?? []);
  const observation = await observe(parts, listed, mayFillEmpty);
  if (!listing.found && (mayFillEmpty || (await hasUnsent(parts)))) await parts.remote.prepare(parts.signal);
  let report = nothing;
  let failure: ReliteError | null = null;
  for (const effect of plan(observation)) {
    try {
      report = await perform(parts, effect, listed, report, progress);
    } catch (error) {
      if (error instanceof LaneChanged) continue;
      if (!isReliteError(error) || ownLaneEffects.has(effect.kind) || parts.signal.aborted)
        throw failure ?? error;
      failure ??= error;
    }
  }
  if (failure !== null) throw failure;
  return report;
}

/** Folders are made when there is something to put into them, and not by looking. */
async function hasUnsent(parts: SyncParts): Promise<boolean> {
  return parts.store.read(async (reader) => {
    const own = await reader.get("own", "own");
    const hasDrafts = (await reader.list("drafts", { ...wholeTable, limit: 1 })).length > 0;
    return hasDrafts || (own !== undefined && own.seq !== (own.acked?.seq ?? 0));
  });
}

async function observe(
  parts: SyncParts,
  listed: readonly TailName[],
  mayFillEmpty: boolean,
): Promise<Observation> {
  return parts.store.read(async (reader) => {
    const own = (await reader.get("own", "own")) ?? null;
    const lanes = (await reader.list("lanes", wholeTable)).map(({ value }) => value);
    const kept = new Map<string, KeptTail>();
    for (const { key, value } of await reader.list("tails", wholeTable)) kept.set(key, value);
    return { listed, own, lanes, kept, nowMs: parts.clock.nowMs(), mayFillEmpty };
  });
}

async function perform(
  parts: SyncParts,
  effect: Effect,
  listed: readonly TailName[],
  report: RunReport,
  progress: Progress,
): Promise<RunReport> {
  switch (effect.kind) {
    case "ask":
      return { ...report, outcome: "ask" };
    case "inspect":
      await inspectTail(parts, effect.tail);
      return report;
    case "read": {
      const tell = (ops: number) => progress("down", report.down + ops);
      const { ops, problem } = await readLane(parts, effect.lane, effect.candidates, tell);
      const behind = report.behind + (problem === null && !effect.isShort ? 0 : 1);
      return { ...report, down: report.down + ops, behind, hasNewer: report.hasNewer || problem === "newer" };
    }
    case "restore":
      await restoreOwn(parts, effect.isSure);
      return report;
    case "verify-segments":
      await verifySegments(parts);
      return report;
    case "foster":
      await foster(parts, effect.lane);
      return report;
    case "count-missed":
      await countMissed(parts, effect.lane, effect.missedPolls);
      return report;
    case "push": {
      const { ops, held } = await push(parts, listed, (count) => progress("up", count));
      return { ...report, up: ops, held };
    }
  }
}

async function learnTime(parts: SyncParts, serverDateMs: number): Promise<void> {
  const known = (await parts.store.read((reader) => reader.get("clock", "clock"))) ?? initialClockState;
  const nowMs = parts.clock.nowMs();
  if (correctClock(known, nowMs, serverDateMs) === known) return;
  await parts.store.write(async (writer) => {
    const clock = (await writer.get("clock", "clock")) ?? initialClockState;
    await writer.put("clock", "clock", correctClock(clock, nowMs, serverDateMs));
  });
}
