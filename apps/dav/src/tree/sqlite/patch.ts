import type { WriteConditions } from "../../engine/conditions.ts";
import type { Place } from "../place.ts";
import type { PropertyPatch } from "../properties.ts";
import { checkLocks } from "./lock-rules.ts";
import type { NodeStore } from "./node-store.ts";
import type { PropertyStore } from "./property-store.ts";
import { changedItself, type NodeRow } from "./rows.ts";
import { checkConditions, notFound, stamp } from "./write-rules.ts";

/** PROPPATCH, decided and done inside the caller's transaction. Without steps it only decides. */
export function createPatch(nodes: NodeStore, properties: PropertyStore) {
  return (place: Place, patch: PropertyPatch, conditions: WriteConditions): void => {
    const { node } = nodes.follow(place);
    checkConditions(nodes, place, conditions);
    if (node === null) throw notFound();
    checkLocks(nodes, place.owner, { held: conditions.held, touched: [{ node, whole: false }] });
    if (patch.steps.length === 0) return;
    applySteps({ nodes, properties }, node, patch);
    stamp(nodes, node, changedItself);
  };
}

/** Changes a node's properties, within its share and its owner's quota. */
export function applySteps(
  { nodes, properties }: { readonly nodes: NodeStore; readonly properties: PropertyStore },
  { id, owner }: NodeRow,
  { steps }: PropertyPatch,
): void {
  const before = properties.bytesOf(id);
  for (const step of steps) {
    if (step.kind === "set") properties.set(owner, id, step.property);
    if (step.kind === "remove") properties.remove(id, step.name);
  }
  properties.checkShare(id);
  if (properties.bytesOf(id) > before) nodes.checkQuota(owner, 0);
  const touch = steps.findLast((step) => step.kind === "touch");
  if (touch !== undefined) nodes.sql.touch.run(touch.modifiedMs, id);
}
