import { ReliteError } from "@relite/core/errors";
import { mayWrite, type ResourceState, type WriteConditions } from "../../engine/conditions.ts";
import type { Place } from "../place.ts";
import { checkLocks, locksOver } from "./lock-rules.ts";
import type { Followed, NodeStore } from "./node-store.ts";
import { isCollection, madeOrChanged, type NodeRow, rowEtag } from "./rows.ts";

/** Evaluates all conditions of a request about `place`; `precondition_failed` when one does not hold. */
export function checkConditions(nodes: NodeStore, own: Place, conditions: WriteConditions): void {
  const stateOf = (place: Place | "own"): ResourceState => {
    const followed = nodes.follow(place === "own" ? own : place);
    const { node } = followed;
    const locks = locksOver(nodes, nodes.locks.liveOf(own.owner), followed);
    return { etag: node === null ? null : rowEtag(node), tokens: locks.map(({ token }) => token) };
  };
  const { node } = nodes.follow(own);
  const facts = node === null ? null : { etag: rowEtag(node), modifiedMs: node.modified_ms };
  if (!mayWrite(facts, conditions, stateOf)) throw preconditionFailed();
}

/** Follows a path that is about to be written: conditions first (412), then the parent (409), then locks (423). */
export function followForWrite(
  nodes: NodeStore,
  place: Place,
  conditions: WriteConditions,
): Followed & { readonly parent: NodeRow } {
  const { parent, node, name } = nodes.follow(place);
  checkConditions(nodes, place, conditions);
  if (place.segments.length === 0) throw onCollection("this method");
  if (parent === null || !isCollection(parent)) {
    throw new ReliteError("conflict", "The parent collection does not exist", { reason: "parent_missing" });
  }
  const touched = [{ node: node ?? parent, whole: false }];
  checkLocks(nodes, place.owner, { held: conditions.held, touched });
  return { parent, node, name };
}

export function preconditionFailed(): ReliteError {
  return new ReliteError("precondition_failed", "The resource is not in the state the request asks for");
}

export function onCollection(method: string): ReliteError {
  return new ReliteError("method_not_allowed", `A collection does not take ${method}`);
}

/** Logs the change of a node that was just written and gives the row its new version. */
export function stamp(nodes: NodeStore, row: NodeRow, action = madeOrChanged): NodeRow {
  const version = nodes.record(row, action);
  nodes.sql.setVersion.run(version, row.id);
  return { ...row, version };
}

export function notFound(): ReliteError {
  return new ReliteError("not_found", "There is nothing at this address");
}
