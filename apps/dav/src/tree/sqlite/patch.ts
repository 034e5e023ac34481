import type { WriteConditions } from "../../engine/conditions.ts";
import type { Place } from "../place.ts";
import type { PropertyPatch } from "../properties.ts";
import { checkLocks } from "./lock-rules.ts";
import type { NodeStore } from "./node-store.ts";
import type { PropertyStore } from "./property-store.ts";
import { checkConditions, notFound, stamp } from "./write-rules.ts";

/** PROPPATCH, decided and done inside the caller's transaction. Without steps it only decides. */
export function createPatch(nodes: NodeStore, properties: PropertyStore) {
  return (place: Place, { steps }: PropertyPatch, conditions: WriteConditions): void => {
    const { node } = nodes.follow(place);
    checkConditions(nodes, place, conditions);
    if (node === null) throw notFound();
    checkLocks(nodes, place.owner, { held: conditions.held, touched: [{ node, whole: false }] });
    if (steps.length === 0) return;
    const before = properties.bytesOf(node.id);
    for (const step of steps) {
      if (step.kind === "set") properties.set(place.owner, node.id, step.property);
      if (step.kind === "remove") properties.remove(node.id, step.name);
    }
    properties.checkShare(node.id);
    if (properties.bytesOf(node.id) > before) nodes.checkQuota(place.owner, 0);
    stamp(nodes, node);
    const touch = steps.findLast((step) => step.kind === "touch");
    if (touch !== undefined) nodes.sql.touch.run(touch.modifiedMs, node.id);
  };
}
