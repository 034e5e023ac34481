import { ReliteError } from "@relite/core/errors";
import type { WriteAuthor } from "../../engine/conditions.ts";
import type { Place } from "../place.ts";
import type { TransferOptions, Written } from "../tree.ts";
import type { Keeper } from "./keeper.ts";
import { checkLocks, isWithin, locksWithin } from "./lock-rules.ts";
import type { LockRow } from "./lock-store.ts";
import type { NodeStore } from "./node-store.ts";
import { isCollection, type NodeRow, removalOf, rowToNode } from "./rows.ts";
import type { Subtrees } from "./subtree.ts";
import { checkConditions, notFound, stamp } from "./write-rules.ts";

// The path grammar refuses deeper addresses: what lies deeper could never be named again.
const maxDepth = 128;

interface Ends {
  readonly source: NodeRow;
  readonly replaced: NodeRow | null;
}

interface Cleared {
  readonly locks: readonly LockRow[];
  readonly aside: NodeRow | null;
}

/** COPY and MOVE (RFC 4918 §9.8, §9.9), each decided and done inside the caller's transaction. */
export function createTransfer(nodes: NodeStore, subtrees: Subtrees, keeper: Keeper) {
  /** `depth`: how deep the source's address is, or was when it was checked last. */
  function prepare(from: Place, to: Place, options: TransferOptions, depth = from.segments.length) {
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
    const deeper = to.segments.length - depth;
    if (deeper > 0 && isCollection(source) && to.segments.length + subtrees.heightOf(source) > maxDepth) {
      throw new ReliteError("forbidden", "The tree would become too deep", { reason: "too_deep" });
    }
    const there = replaced === null ? { node: parent, whole: false } : { node: replaced, whole: true };
    return { source, sourceParent, parent, replaced, there, name: target.name };
  }

  /**
   * What stood at the destination goes; a file that a file replaces leaves it its versions. Locks taken there stay with
   * the address (RFC 4918 §7.6).
   */
  function clear({ source, replaced }: Ends, to: Place, author: WriteAuthor | undefined): Cleared {
    if (replaced === null) return { locks: [], aside: null };
    const locks = nodes.locks.liveOf(replaced.owner).filter((row) => row.node === replaced.id);
    const isSucceeded = !isCollection(replaced) && !isCollection(source) && keeper.hasVersions(author);
    if (isSucceeded) keeper.setAside(replaced);
    else keeper.discard(replaced, to, author);
    return { locks, aside: isSucceeded ? replaced : null };
  }

  function finish(
    id: number,
    { locks, aside }: Cleared,
    { created, author }: { readonly created: boolean; readonly author: WriteAuthor | undefined },
  ): Written {
    if (aside !== null) keeper.succeed(aside, id, author);
    nodes.locks.restore(locks, id);
    return written(nodes, id, created);
  }

  return {
    copy(from: Place, to: Place, options: TransferOptions): Written {
      const { author, held } = options.conditions;
      const { source, parent, replaced, there, name } = prepare(from, to, options);
      checkLocks(nodes, from.owner, { held, touched: [there] });
      const cleared = clear({ source, replaced }, to, author);
      const copiedId = subtrees.copyTree(source, parent, name, options.shallow || !isCollection(source));
      return finish(copiedId, cleared, { created: replaced === null, author });
    },
    move(from: Place, to: Place, options: TransferOptions, depth?: number): Written {
      const { author, held } = options.conditions;
      const { source, sourceParent, parent, replaced, there, name } = prepare(from, to, options, depth);
      const touched = [{ node: source, whole: true }, { node: sourceParent, whole: false }, there];
      checkLocks(nodes, from.owner, { held, touched });
      for (const row of locksWithin(nodes, nodes.locks.liveOf(from.owner), source)) nodes.locks.drop(row);
      const cleared = clear({ source, replaced }, to, author);
      nodes.record(source, removalOf(source));
      nodes.sql.relocate.run(parent.id, name, source.id);
      return finish(source.id, cleared, { created: replaced === null, author });
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
