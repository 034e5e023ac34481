import { ReliteError } from "@relite/core/errors";
import { mayWrite, type ResourceFacts, type WriteConditions } from "../../engine/conditions.ts";
import type { Place } from "../place.ts";
import type { NodeStore } from "./node-store.ts";
import { madeOrChanged, type NodeRow, rowEtag } from "./rows.ts";

export function checkConditions(nodes: NodeStore, node: NodeRow | null, conditions: WriteConditions): void {
  const lookUp = (place: Place) => facts(nodes.follow(place).node);
  if (!mayWrite(facts(node), conditions, lookUp)) {
    throw new ReliteError("precondition_failed", "The resource is not in the state the request asks for");
  }
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
