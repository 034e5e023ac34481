import { ReliteError } from "@relite/core/errors";
import { mayWrite, type ResourceFacts, type WriteConditions } from "../../engine/conditions.ts";
import type { Place } from "../place.ts";
import type { Followed, NodeStore } from "./node-store.ts";
import { isCollection, madeOrChanged, type NodeRow, rowEtag } from "./rows.ts";

export function checkConditions(nodes: NodeStore, node: NodeRow | null, conditions: WriteConditions): void {
  const lookUp = (place: Place) => facts(nodes.follow(place).node);
  if (!mayWrite(facts(node), conditions, lookUp)) {
    throw new ReliteError("precondition_failed", "The resource is not in the state the request asks for");
  }
}

/** Follows a path that is about to be written: conditions first (412), then the parent (409). */
export function followForWrite(
  nodes: NodeStore,
  place: Place,
  conditions: WriteConditions,
): Followed & { readonly parent: NodeRow } {
  const followed = nodes.follow(place);
  checkConditions(nodes, followed.node, conditions);
  const { parent, node, name } = followed;
  if (place.segments.length === 0) throw onCollection("this method");
  if (parent === null || !isCollection(parent)) {
    throw new ReliteError("conflict", "The parent collection does not exist", { reason: "parent_missing" });
  }
  return { parent, node, name };
}

export function onCollection(method: string): ReliteError {
  return new ReliteError("method_not_allowed", `A collection does not take ${method}`);
}

/** Logs the change of a node that was just written and gives the row its new version. */
export function stamp(nodes: NodeStore, row: NodeRow): NodeRow {
  const version = nodes.record(row, madeOrChanged);
  nodes.sql.setVersion.run(version, row.id);
  return { ...row, version };
}

export function notFound(): ReliteError {
  return new ReliteError("not_found", "There is nothing at this address");
}

function facts(node: NodeRow | null): ResourceFacts | null {
  return node === null ? null : { etag: rowEtag(node), modifiedMs: node.modified_ms };
}
