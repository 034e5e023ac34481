import { ReliteError } from "@relite/core/errors";
import type { Place } from "../place.ts";
import type { TransferOptions, Written } from "../tree.ts";
import type { NodeStore } from "./node-store.ts";
import { isCollection, type NodeRow, removed, rowToNode } from "./rows.ts";
import type { Subtrees } from "./subtree.ts";
import { checkConditions, notFound, stamp } from "./write-rules.ts";

// The path grammar refuses deeper addresses: what lies deeper could never be named again.
const maxDepth = 128;

/** COPY and MOVE (RFC 4918 §9.8, §9.9), each decided and done inside the caller's transaction. */
export function createTransfer(nodes: NodeStore, subtrees: Subtrees) {
  function prepare(from: Place, to: Place, options: TransferOptions) {
    const source = nodes.follow(from).node;
    checkConditions(nodes, source, options.conditions);
    if (source === null) throw notFound();
    if (to.segments.length === 0) {
      throw new ReliteError("forbidden", "An app's own collection cannot be replaced", {
        reason: "app_root",
      });
    }
    const target = nodes.follow(to);
    const { parent, node: replaced } = target;
    if (replaced?.id === source.id || isWithin(nodes, parent, source.id)) throw intoItself();
    if (replaced !== null && isWithin(nodes, source, replaced.id)) throw intoItself();
    if (parent === null || !isCollection(parent)) {
      throw new ReliteError("conflict", "The destination's parent does not exist", {
        reason: "parent_missing",
      });
    }
    if (replaced !== null && !options.overwrite) {
      throw new ReliteError("precondition_failed", "There is something at the destination", {
        reason: "destination_exists",
      });
    }
    const deeper = to.segments.length - from.segments.length;
    if (deeper > 0 && isCollection(source) && to.segments.length + subtrees.heightOf(source) > maxDepth) {
      throw new ReliteError("forbidden", "The tree would become too deep", { reason: "too_deep" });
    }
    return { source, parent, replaced, name: target.name };
  }

  return {
    copy(from: Place, to: Place, options: TransferOptions): Written {
      const { source, parent, replaced, name } = prepare(from, to, options);
      if (replaced !== null) subtrees.removeTree(replaced);
      const copiedId = subtrees.copyTree(source, parent, name, options.shallow || !isCollection(source));
      return written(nodes, copiedId, replaced === null);
    },
    move(from: Place, to: Place, options: TransferOptions): Written {
      const { source, parent, replaced, name } = prepare(from, to, options);
      if (replaced !== null) subtrees.removeTree(replaced);
      nodes.record(source, removed);
      nodes.sql.relocate.run(parent.id, name, source.id);
      return written(nodes, source.id, replaced === null);
    },
  };
}

function written(nodes: NodeStore, id: number, created: boolean): Written {
  const row = nodes.sql.byId.get(id);
  if (row === undefined) throw notFound();
  return { created, node: rowToNode(stamp(nodes, row)) };
}

/** Whether `node` is the node with that id or lies below it. */
function isWithin(nodes: NodeStore, node: NodeRow | null, id: number): boolean {
  for (let at = node; at !== null; at = at.parent === null ? null : (nodes.sql.byId.get(at.parent) ?? null)) {
    if (at.id === id) return true;
  }
  return false;
}

function intoItself(): ReliteError {
  return new ReliteError("forbidden", "Source and destination overlap", { reason: "into_itself" });
}
