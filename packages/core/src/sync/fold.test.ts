import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyToEntity, emptyState, isAlive, readFields } from "./entity-state.ts";
import { fold } from "./fold.ts";
import type { Op } from "./op.ts";

const lanes = ["a".repeat(24), "b".repeat(24), "c".repeat(24)] as const;
const lane = fc.constantFrom(...lanes);
const hlc = fc.record({ ms: fc.nat(5), count: fc.nat(2), node: lane });
const vector = fc
  .uniqueArray(fc.tuple(lane, fc.integer({ min: 1, max: 6 })), { selector: ([name]) => name })
  .map((pairs) => pairs.sort((x, y) => (x[0] < y[0] ? -1 : 1)));
const place = { lane, seq: fc.integer({ min: 1, max: 6 }), hlc };
const op: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("set" as const),
      ...place,
      entity: fc.constantFrom("session/1", "session/2"),
      field: fc.constantFrom("title", "body"),
      value: fc.integer({ min: 0, max: 9 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("delete" as const),
      ...place,
      entity: fc.constantFrom("session/1", "session/2"),
      seen: vector,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("cut" as const),
      ...place,
      target: lane,
      from: fc.integer({ min: 2, max: 6 }),
    }),
  },
);
const text = (ops: readonly Op[]) => JSON.stringify([...fold(ops)].sort());

const set = (laneAt: number, seq: number, ms: number, value: string, field = "title"): Op => ({
  kind: "set",
  lane: lanes[laneAt] ?? lanes[0],
  seq,
  hlc: { ms, count: 0, node: lanes[laneAt] ?? lanes[0] },
  entity: "session/1",
  field,
  value,
});
const remove = (
  laneAt: number,
  seq: number,
  ms: number,
  seen: readonly (readonly [string, number])[],
): Op => ({
  kind: "delete",
  lane: lanes[laneAt] ?? lanes[0],
  seq,
  hlc: { ms, count: 0, node: lanes[laneAt] ?? lanes[0] },
  entity: "session/1",
  seen,
});
const title = (ops: readonly Op[]) => {
  const state = fold(ops).get("session/1");
  return state !== undefined && isAlive(state) ? readFields(state).get("title") : undefined;
};

describe("fold", () => {
  it("[SYN2] order, repetition and grouping of ops change nothing", () => {
    fc.assert(
      fc.property(fc.array(op, { maxLength: 25 }), fc.infiniteStream(fc.nat()), (ops, order) => {
        const shuffled = ops
          .map((one) => ({ one, at: order.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        expect(text([...shuffled, ...ops])).toBe(text(ops));
      }),
      { numRuns: 500 },
    );
  });

  it("[SYN2] op by op gives the same as all at once", () => {
    fc.assert(
      fc.property(fc.array(op, { maxLength: 25 }), (ops) => {
        const plain = ops.filter((one) => one.kind !== "cut");
        const states = new Map<string, ReturnType<typeof emptyState>>();
        for (const one of plain)
          states.set(one.entity, applyToEntity(states.get(one.entity) ?? emptyState(one.entity), one));
        expect(JSON.stringify([...states].sort())).toBe(text(plain));
      }),
    );
  });

  it("[SYN3] per field the greatest reading wins, the lane breaks ties", () => {
    expect(title([set(0, 1, 5, "old"), set(1, 1, 6, "new")])).toBe("new");
    expect(title([set(1, 1, 5, "b"), set(0, 1, 5, "a")])).toBe("b");
  });

  it("[SYN3] one reading with two values (a cloned profile) resolves alike everywhere", () => {
    const one = { ...set(0, 1, 5, "x"), lane: lanes[1] };
    const other = { ...set(0, 1, 5, "y"), lane: lanes[2] };
    expect(title([one, other])).toBe("y");
    expect(title([other, one])).toBe("y");
  });

  it("[SYN4] a delete hides what its author had seen, whatever the clocks say", () => {
    expect(title([set(0, 1, 9_999, "far ahead"), remove(1, 1, 1, [[lanes[0], 1]])])).toBeUndefined();
  });

  it("[SYN4] an edit the delete had not seen survives it, whatever the clocks say", () => {
    const ops = [set(0, 1, 5, "seen"), remove(1, 1, 9_999, [[lanes[0], 1]]), set(2, 1, 1, "unseen")];
    expect(title(ops)).toBe("unseen");
  });

  it("[SYN4] an entity that an unseen edit brings back keeps its other fields", () => {
    const ops = [
      set(0, 1, 5, "the title"),
      set(0, 2, 6, "old body", "body"),
      remove(1, 1, 9, [[lanes[0], 2]]),
      set(2, 1, 7, "new body", "body"),
    ];
    const state = fold(ops).get("session/1");
    expect(state && Object.fromEntries(readFields(state))).toEqual({ title: "the title", body: "new body" });
  });

  it("[SYN4] what was deleted 31 days ago does not come back with a device that was away", () => {
    const dayMs = 86_400_000;
    const edits = [set(0, 1, dayMs, "old"), set(1, 1, 2 * dayMs, "older device's")];
    const deletion = remove(0, 2, 3 * dayMs, [
      [lanes[0], 1],
      [lanes[1], 1],
    ]);
    expect(title([...edits, deletion, ...edits])).toBeUndefined();
  });

  it("[SYN13] ops behind a cut count no more, whenever the cut arrives", () => {
    const cut: Op = {
      kind: "cut",
      lane: lanes[2],
      seq: 1,
      hlc: { ms: 1, count: 0, node: lanes[2] },
      target: lanes[0],
      from: 2,
    };
    const ops = [set(0, 1, 5, "kept"), set(0, 2, 9, "cut")];
    expect(title([...ops, cut])).toBe("kept");
    expect(title([cut, ...ops])).toBe("kept");
  });
});
