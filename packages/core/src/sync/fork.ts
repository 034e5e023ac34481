import type { Tail } from "./codec.ts";
import { readOps } from "./lane-ops.ts";
import type { TailName } from "./names.ts";
import { type Op, opToWire } from "./op.ts";
import type { SyncParts } from "./parts.ts";
import { fetchSegment, fetchTail, noteUnreadable } from "./pull.ts";
import { rebuildEntities } from "./rebuild.ts";
import { entitiesOf, retireLane, toForeign, writeDrafts } from "./retire.ts";
import { type OwnLane, type SyncWriter, wholeTable } from "./store.ts";

/**
 * Looks at a tail of one of our lanes that we do not know. Either it is an old one of ours after all, or a copy of this
 * profile writes too: then the lane is retired, and what the copy wrote is taken over. Answers whether it was a copy's.
 */
export async function inspectTail(parts: SyncParts, name: TailName): Promise<boolean> {
  const own = await parts.store.read((reader) => reader.get("own", "own"));
  const found = await fetchTail(parts, name);
  if (own === undefined || typeof found === "string") return false;
  const retired = own.retired.find(({ lane }) => lane === name.lane);
  if (retired !== undefined) return adopt(parts, found.tail, retired.from, name);
  if (own.lane !== name.lane) return false;
  const theirs = await readBranch(parts, own, found.tail);
  if (theirs === null) {
    await noteUnreadable(parts, name);
    return false;
  }
  const fork = await firstDifference(parts, own, theirs);
  const applying = { nowMs: parts.clock.nowMs(), random: parts.random };
  return parts.store.write(async (writer) => {
    if (fork !== null) {
      const isAhead = fork > own.seq;
      await retireLane(writer, fork, isAhead ? [] : theirs.filter(({ seq }) => seq >= fork), applying);
    }
    await remember(writer, name);
    return fork !== null;
  });
}

/** A device that got another key goes on in another lane: readers hold a lane to the key it was first read with. */
export async function bindLane(parts: SyncParts): Promise<void> {
  const did = parts.signer?.did ?? null;
  const isBound = (own: OwnLane | undefined) => own === undefined || own.sealed === null || own.did === did;
  if (isBound(await parts.store.read((reader) => reader.get("own", "own")))) return;
  const applying = { nowMs: parts.clock.nowMs(), random: parts.random };
  await parts.store.write(async (writer) => {
    const own = await writer.get("own", "own");
    if (own !== undefined && !isBound(own)) await retireLane(writer, (own.acked?.seq ?? 0) + 1, [], applying);
  });
}

/** The copy's ops from where they stop being ours; null when a segment of it is not there. */
async function readBranch(parts: SyncParts, own: OwnLane, tail: Tail): Promise<readonly Op[] | null> {
  let ops: readonly Op[] = tail.ops;
  for (const ref of tail.segments.toReversed()) {
    const first = ops[0];
    if (first !== undefined && (await isOurs(parts, own, first))) return ops;
    const segment = await fetchSegment(parts, tail.lane, ref);
    if (segment === null) return null;
    ops = [...segment, ...ops];
  }
  return ops;
}

async function isOurs(parts: SyncParts, own: OwnLane, op: Op): Promise<boolean> {
  const [mine] = await parts.store.read((reader) => readOps(reader, own.lane, op.seq, op.seq));
  return mine !== undefined && isSameOp(mine, op);
}

/** The first sequence number that says something else there than here; null when all of theirs is ours. */
async function firstDifference(
  parts: SyncParts,
  own: OwnLane,
  theirs: readonly Op[],
): Promise<number | null> {
  const first = theirs[0]?.seq ?? own.seq + 1;
  const mine = await parts.store.read((reader) => readOps(reader, own.lane, first, own.seq));
  const other = theirs.find((op, at) => {
    const known = mine[at];
    return known === undefined || !isSameOp(known, op);
  });
  return other?.seq ?? null;
}

/** What a copy of this profile went on to write in a lane that we have left: it goes out again with ours. */
async function adopt(parts: SyncParts, tail: Tail, retiredFrom: number, name: TailName): Promise<boolean> {
  const progress = await parts.store.read((reader) => reader.get("lanes", tail.lane));
  const cutFrom = progress?.cutFrom ?? 0;
  const from = Math.min(retiredFrom, cutFrom);
  const late = cutFrom === 0 ? [] : await readFrom(parts, tail, from);
  if (late === null) {
    await noteUnreadable(parts, name);
    return false;
  }
  return parts.store.write(async (writer) => {
    const fresh = [];
    for (const op of late) if (!(await isPresent(writer, op))) fresh.push(op);
    if (fresh.length > 0) {
      const waiting = (await writer.list("drafts", wholeTable)).map(({ value }) => value);
      await writeDrafts(writer, [...waiting, ...toForeign(fresh)]);
      await rebuildEntities(writer, entitiesOf([...fresh, ...waiting.map(({ op }) => op)]));
    }
    await remember(writer, name);
    return fresh.length > 0;
  });
}

/** The ops of a branch from `from` on; null when a segment of it is not there. */
async function readFrom(parts: SyncParts, tail: Tail, from: number): Promise<readonly Op[] | null> {
  const ops: Op[] = [];
  for (const ref of tail.segments.filter(({ to }) => to >= from)) {
    const segment = await fetchSegment(parts, tail.lane, ref);
    if (segment === null) return null;
    ops.push(...segment);
  }
  return [...ops, ...tail.ops].filter(({ seq }) => seq >= from);
}

/** Whether a copy of the same edit is already here in another lane. */
async function isPresent(writer: SyncWriter, op: Op): Promise<boolean> {
  if (op.kind === "cut") return ((await writer.get("lanes", op.target))?.cutFrom ?? 0) > 0;
  const state = await writer.get("entities", op.entity);
  if (state === undefined) return false;
  if (op.kind === "delete")
    return state.removedAt !== null && JSON.stringify(state.removedAt) === JSON.stringify(op.hlc);
  return state.entries.some(
    ({ field, hlc, value }) =>
      field === op.field &&
      JSON.stringify([hlc.ms, hlc.count, hlc.node, value]) ===
        JSON.stringify([op.hlc.ms, op.hlc.count, op.hlc.node, op.value]),
  );
}

async function remember(writer: SyncWriter, { lane, seq, hash }: TailName): Promise<void> {
  const own = await writer.get("own", "own");
  if (own === undefined) return;
  const add = (known: readonly string[]) => [...known, `${seq}~${hash}`].slice(-64);
  const retired = own.retired.map((old) => (old.lane === lane ? { ...old, known: add(old.known) } : old));
  const known = own.lane === lane ? add(own.known) : own.known;
  await writer.put("own", "own", { ...own, known, retired });
}

function isSameOp(a: Op, b: Op): boolean {
  return JSON.stringify(opToWire(a)) === JSON.stringify(opToWire(b));
}
