import { applyToEntity, type EntityState, emptyState } from "./entity-state.ts";
import type { Op } from "./op.ts";

/** The whole state from all ops, in any order, with any repetition: the definition that every incremental state must equal. */
export function fold(ops: Iterable<Op>): ReadonlyMap<string, EntityState> {
  const all = [...ops];
  const cuts = collectCuts(all);
  const states = new Map<string, EntityState>();
  for (const op of all) {
    if (op.kind === "cut" || op.seq >= (cuts.get(op.lane) ?? Infinity)) continue;
    states.set(op.entity, applyToEntity(states.get(op.entity) ?? emptyState(op.entity), op));
  }
  return states;
}

/** Per cut lane the first op that no longer counts; a cut counts wherever it stands. */
function collectCuts(ops: Iterable<Op>): ReadonlyMap<string, number> {
  const cuts = new Map<string, number>();
  for (const op of ops)
    if (op.kind === "cut") cuts.set(op.target, Math.min(op.from, cuts.get(op.target) ?? Infinity));
  return cuts;
}
