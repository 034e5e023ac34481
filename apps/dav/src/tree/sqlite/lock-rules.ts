import { ReliteError } from "@relite/core/errors";
import type { HeldLocks } from "../../engine/conditions.ts";
import type { LockRoot } from "../locks.ts";
import type { LockRow } from "./lock-store.ts";
import type { Followed, NodeStore } from "./node-store.ts";
import { isCollection, type NodeRow } from "./rows.ts";

/** The locks that hold for a node: on it, or with depth infinity above it. Of an address with nothing there: those above. */
export function locksOver(
  nodes: NodeStore,
  rows: readonly LockRow[],
  { node, parent }: Pick<Followed, "node" | "parent">,
): readonly LockRow[] {
  if (rows.length === 0) return [];
  const above = new Set<number>();
  for (let at = node === null ? parent : aboveOf(nodes, node); at !== null; at = aboveOf(nodes, at)) {
    above.add(at.id);
  }
  return rows.filter((row) => row.node === node?.id || (row.deep === 1 && above.has(row.node)));
}

/** The locks on nodes of the tree below `top`, its own included. */
export function locksWithin(nodes: NodeStore, rows: readonly LockRow[], top: NodeRow): readonly LockRow[] {
  if (!isCollection(top)) return rows.filter((row) => row.node === top.id);
  return rows.filter((row) => isWithin(nodes, nodes.sql.byId.get(row.node) ?? null, top.id));
}

/** What a change touches: a resource (or a collection's list of members), or a resource with all below it. */
export interface Touched {
  readonly node: NodeRow | null;
  readonly whole: boolean;
}

/** Whether every lock that covers what is touched is held; `locked` with the roots of those that are not. */
export function checkLocks(
  nodes: NodeStore,
  owner: number,
  { held, touched }: { readonly held: HeldLocks | undefined; readonly touched: readonly Touched[] },
): void {
  const rows = nodes.locks.liveOf(owner);
  if (rows.length === 0) return;
  for (const { node, whole } of touched) {
    if (node === null) continue;
    refuseUnlessHeld(nodes, locksOver(nodes, rows, { node, parent: null }), held);
    const within = whole ? locksWithin(nodes, rows, node) : [];
    for (const id of whole ? new Set([node.id, ...within.map((row) => row.node)]) : []) {
      const member = nodes.sql.byId.get(id) ?? null;
      const over = locksOver(nodes, rows, { node: member, parent: null });
      refuseUnlessHeld(nodes, over, held);
      if (member !== null) checkMembers(nodes, member, { rows, over, held });
    }
  }
}

/** A lock of depth 0 that is held opens a collection, but not the members that another's lock of depth infinity covers. */
function checkMembers(
  nodes: NodeStore,
  collection: NodeRow,
  {
    rows,
    over,
    held,
  }: {
    readonly rows: readonly LockRow[];
    readonly over: readonly LockRow[];
    readonly held: HeldLocks | undefined;
  },
): void {
  const deep = over.filter((row) => row.deep === 1);
  if (deep.length === 0 || (held !== undefined && deep.some((row) => isHeld(row, held)))) return;
  // One more than could each have a lock of its own.
  for (const member of nodes.sql.members.all(collection.id, "", rows.length + 1)) {
    refuseUnlessHeld(nodes, [...deep, ...rows.filter((row) => row.node === member.id)], held);
  }
}

/** Of several shared locks on one resource, one is enough (RFC 4918 §7). */
function refuseUnlessHeld(nodes: NodeStore, locks: readonly LockRow[], held: HeldLocks | undefined): void {
  if (locks.length === 0) return;
  if (held !== undefined && locks.some((row) => isHeld(row, held))) return;
  throw lockError(nodes, locks, "lock-token-submitted");
}

export function isHeld(row: LockRow, held: HeldLocks): boolean {
  return row.principal === held.principal && held.tokens.includes(row.token);
}

export function lockError(
  nodes: NodeStore,
  locks: readonly LockRow[],
  condition: "lock-token-submitted" | "no-conflicting-lock",
): ReliteError {
  const isConflict = condition === "no-conflicting-lock";
  const message = isConflict ? "Another lock stands in the way" : "The resource is locked";
  return new ReliteError("locked", message, {
    reason: isConflict ? "lock_conflict" : "lock_token_missing",
    details: { condition, locked: [...new Set(locks.map((row) => pathText(rootOf(nodes, row))))] },
  });
}

export function rootOf(nodes: NodeStore, row: LockRow): LockRoot {
  const node = nodes.sql.byId.get(row.node) ?? null;
  const segments: string[] = [];
  for (let at = node; at !== null && at.parent !== null; at = aboveOf(nodes, at)) segments.unshift(at.name);
  return { segments, isCollection: node !== null && isCollection(node) };
}

function pathText({ segments, isCollection: hasSlash }: LockRoot): string {
  return segments.map(encodeURIComponent).join("/") + (hasSlash ? "/" : "");
}

/** Whether `node` is the node with that id or lies below it. */
export function isWithin(nodes: NodeStore, node: NodeRow | null, id: number): boolean {
  for (let at = node; at !== null; at = aboveOf(nodes, at)) {
    if (at.id === id) return true;
  }
  return false;
}

function aboveOf(nodes: NodeStore, node: NodeRow): NodeRow | null {
  return node.parent === null ? null : (nodes.sql.byId.get(node.parent) ?? null);
}
