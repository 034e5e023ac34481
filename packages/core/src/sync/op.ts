import { z } from "zod";
import type { Hlc } from "./hlc.ts";
import { isJsonValue, type JsonValue } from "./json-value.ts";
import type { VersionVector } from "./version-vector.ts";

interface OpPlace {
  readonly lane: string;
  /** 1, 2, 3 … without a gap in each lane. */
  readonly seq: number;
  readonly hlc: Hlc;
}

/** Sets one field of one entity. */
export interface SetOp extends OpPlace {
  readonly kind: "set";
  readonly entity: string;
  readonly field: string;
  readonly value: JsonValue;
}

/** Removes what its author had seen of an entity, and nothing else. */
export interface DeleteOp extends OpPlace {
  readonly kind: "delete";
  readonly entity: string;
  readonly seen: VersionVector;
}

/** Says that two installations wrote the lane `target` from `from` on; those ops count no more, copies follow in other lanes. */
export interface CutOp extends OpPlace {
  readonly kind: "cut";
  readonly target: string;
  readonly from: number;
}

export type Op = SetOp | DeleteOp | CutOp;

/** An op that is not in a lane yet: its place follows when it leaves the outbox. */
export type Unplaced<O> = O extends Op ? Omit<O, "lane" | "seq"> : never;

/** The lane of what is still in the outbox; never on the wire, no real lane can have this name. */
export const localLane = "local";

export const maxValueBytes = 1_048_576;

export const maxSeq = 2 ** 48;

export const laneSchema = z.string().regex(/^[0-9a-f]{24}$/);
export const seqSchema = z.int().min(1).max(maxSeq);
/** `kind/id` or `kind/id/id`; ids are opaque. */
export const entitySchema = z.string().regex(/^[a-z]{1,32}(\/[A-Za-z0-9._~:@-]{1,128}){1,3}$/);
export const fieldSchema = z.string().regex(/^[a-z][A-Za-z0-9]{0,63}$/);
export const vectorSchema = z
  .array(z.tuple([laneSchema, seqSchema]))
  .max(10_000)
  .refine((pairs) => pairs.every((pair, index) => index === 0 || (pairs[index - 1]?.[0] ?? "") < pair[0]), {
    message: "lanes are sorted and unique",
  });
export const valueSchema = z
  .custom<JsonValue>((value) => isJsonValue(value))
  .refine((value) => JSON.stringify(value).length <= maxValueBytes);

const msSchema = z
  .int()
  .min(0)
  .max(2 ** 50);
const countSchema = z
  .int()
  .min(0)
  .max(2 ** 48);
/** 0 stands for the lane that carries the op. */
const nodeSchema = z.union([z.literal(0), laneSchema]);

const wireOpSchema = z.union([
  z.tuple([z.literal("s"), msSchema, countSchema, nodeSchema, entitySchema, fieldSchema, valueSchema]),
  z.tuple([z.literal("d"), msSchema, countSchema, nodeSchema, entitySchema, vectorSchema]),
  z.tuple([z.literal("c"), msSchema, countSchema, nodeSchema, laneSchema, seqSchema]),
]);
export const wireOpsSchema = z.array(wireOpSchema).max(1_000_000);
export type WireOp = z.output<typeof wireOpSchema>;

/** The form inside tails and segments; lane and seq follow from the place in the file. */
export function opToWire(op: Op): WireOp {
  const { ms, count, node } = op.hlc;
  const wireNode = node === op.lane ? 0 : node;
  if (op.kind === "set") return ["s", ms, count, wireNode, op.entity, op.field, op.value];
  if (op.kind === "delete")
    return ["d", ms, count, wireNode, op.entity, op.seen.map(([lane, seq]) => [lane, seq])];
  return ["c", ms, count, wireNode, op.target, op.from];
}

export function wireToOp(wire: WireOp, lane: string, seq: number): Op {
  const hlc = { ms: wire[1], count: wire[2], node: wire[3] === 0 ? lane : wire[3] };
  if (wire[0] === "s")
    return { kind: "set", lane, seq, hlc, entity: wire[4], field: wire[5], value: wire[6] };
  if (wire[0] === "d") return { kind: "delete", lane, seq, hlc, entity: wire[4], seen: wire[5] };
  return { kind: "cut", lane, seq, hlc, target: wire[4], from: wire[5] };
}
