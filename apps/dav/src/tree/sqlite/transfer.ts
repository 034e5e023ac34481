import { ReliteError } from "@relite/core/errors";
import type { Place } from "../place.ts";
import type { TransferOptions, Written } from "../tree.ts";
import { checkLocks, isWithin, locksWithin } from "./lock-rules.ts";
import type { LockRow } from "./lock-store.ts";
import type { NodeStore } from "./node-store.ts";
import { isCollection, type NodeRow, removalOf, rowToNode } from "./rows.ts";
import type { Subtrees } from "./subtree.ts";
import { checkConditions, notFound, stamp } from "./write-rules.ts";

// The path grammar refuses deeper addresses: what lies deeper could never be named again.
const maxDepth = 128;

/** COPY and MOVE (RFC 4918 §9.8, §9.9), each decided and done inside the caller's transaction. */
export function createTransfer(nodes: NodeStore, subtrees: Subtrees) {
  function prepare(from: Place, to: Place, options: TransferOptions) {
    const { node: source, parent: sourceParent } = nodes.follow(from);
    checkConditions(nodes, from, options.conditions);
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
    const there = replaced === null ? { node: parent, whole: false } : { node: replaced, whole: true };
    return { source, sourceParent, parent, replaced, there, name: target.name };
  }

  /** What stood at the destination goes, but locks taken there stay with the address (RFC 4918 §7.6). */
  function clear(replaced: NodeRow | null): readonly LockRow[] {
    if (replaced === null) return [];
    const kept = nodes.locks.liveOf(replaced.owner).filter((row) => row.node === replaced.id);
    subtrees.removeTree(replaced);
    nodes.record(replaced, removalOf(replaced));
    return kept;
  }

  function finish(id: number, replaced: NodeRow | null, locks: readonly LockRow[]): Written {
    nodes.locks.restore(locks, id);
    return written(nodes, id, replaced === null);
  }

  return {
    copy(from: Place, to: Place, options: TransferOptions): Written {
      const { source, parent, replaced, there, name } = prepare(from, to, options);
      checkLocks(nodes, from.owner, { held: options.conditions.held, touched: [there] });
      const locks = clear(replaced);
      const copiedId = subtrees.copyTree(source, parent, name, options.shallow || !isCollection(source));
      return finish(copiedId, replaced, locks);
    },
    move(from: Place, to: Place, options: TransferOptions): Written {
      const { source, sourceParent, parent, replaced, there, name } = prepare(from, to, options);
      const touched = [{ node: source, whole: true }, { node: sourceParent, whole: false }, there];
      checkLocks(nodes, from.owner, { held: options.conditions.held, touched });
      for (const row of locksWithin(nodes, nodes.locks.liveOf(from.owner), source)) nodes.locks.drop(row);
      const locks = clear(replaced);
      nodes.record(source, removalOf(source));
      nodes.sql.relocate.run(parent.id, name, source.id);
      return finish(source.id, replaced, locks);
    },
  };
}

function written(nodes: NodeStore, id: number, created: boolean): Written {
  const row = nodes.sql.byId.get(id);
  if (row === undefined) throw notFound();
  return { created, node: rowToNode(stamp(nodes, row)) };
}

function intoItself(): ReliteError {
  return new ReliteError("forbidden", "Source and destination overlap", { reason: "into_itself" });
}
