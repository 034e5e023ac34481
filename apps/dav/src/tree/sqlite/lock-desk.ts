import { createHash } from "node:crypto";
import { ReliteError } from "@relite/core/errors";
import type { WriteConditions } from "../../engine/conditions.ts";
import type { ActiveLock, LockRequest, Unlocker } from "../locks.ts";
import type { Place } from "../place.ts";
import type { StoredBytes, Written } from "../tree.ts";
import { isHeld, lockError, locksOver, locksWithin, rootOf } from "./lock-rules.ts";
import type { LockRow } from "./lock-store.ts";
import type { NodeStore } from "./node-store.ts";
import type { NodeRow } from "./rows.ts";
import { checkConditions, notFound } from "./write-rules.ts";

type Put = (place: Place, bytes: StoredBytes, conditions: WriteConditions) => Written;

// Every write looks through its owner's locks, and a listing shows those of each member.
const maxLocksPerOwner = 1_000;
const maxSharedInReach = 32;

const emptyFile: StoredBytes = {
  hash: createHash("sha256").digest("hex"),
  size: 0,
  inline: Buffer.alloc(0),
  type: null,
  modifiedMs: null,
};

/** LOCK and UNLOCK, each decided and done inside the caller's transaction. */
export function createLockDesk(nodes: NodeStore, put: Put) {
  const { locks } = nodes;
  const describe = (row: LockRow): ActiveLock => ({
    token: row.token,
    shared: row.shared === 1,
    deep: row.deep === 1,
    ownerXml: row.owner_xml,
    expiresMs: row.expires_ms,
    root: rootOf(nodes, row),
  });

  function refuseConflict(rows: readonly LockRow[], node: NodeRow, request: LockRequest): void {
    const above = locksOver(nodes, rows, { node, parent: null });
    const inReach = [...new Set([...above, ...(request.deep ? locksWithin(nodes, rows, node) : [])])];
    const inTheWay = inReach.filter((row) => !request.shared || row.shared === 0);
    if (inTheWay.length > 0) throw lockError(nodes, inTheWay, "no-conflicting-lock");
    if (rows.length < maxLocksPerOwner && inReach.length < maxSharedInReach) return;
    throw new ReliteError("insufficient_storage", "Too many locks", { reason: "too_many_locks" });
  }

  return {
    active: (owner: number): readonly ActiveLock[] => locks.liveOf(owner).map(describe),
    /** An address with nothing there becomes an empty file (RFC 4918 §7.3). */
    lock(place: Place, request: LockRequest, conditions: WriteConditions) {
      locks.sweep();
      const { node: known } = nodes.follow(place);
      if (known === null) put(place, emptyFile, conditions);
      else checkConditions(nodes, place, conditions);
      const { node } = nodes.follow(place);
      if (node === null) throw notFound();
      const rows = locks.liveOf(place.owner);
      refuseConflict(rows, node, request);
      return { created: known === null, lock: describe(locks.take(place.owner, node.id, request)) };
    },
    /** Gives the locks a request holds here a new term; `precondition_failed` when it holds none. */
    refresh(place: Place, timeoutMs: number, conditions: WriteConditions): readonly ActiveLock[] {
      checkConditions(nodes, place, conditions);
      const here = locksOver(nodes, locks.liveOf(place.owner), nodes.follow(place));
      const { held } = conditions;
      const mine = here.filter((row) => held !== undefined && isHeld(row, held));
      if (mine.length === 0) {
        throw new ReliteError("precondition_failed", "No lock of yours holds here", {
          reason: "lock_token_unknown",
          details: { condition: "lock-token-matches-request-uri" },
        });
      }
      return mine.map((row) => describe(locks.extend(row, timeoutMs)));
    },
    unlock(place: Place, { token, principal, isOwnerKey }: Unlocker, conditions: WriteConditions): void {
      checkConditions(nodes, place, conditions);
      const here = locksOver(nodes, locks.liveOf(place.owner), nodes.follow(place));
      const row = here.find((one) => one.token === token);
      if (row === undefined) {
        throw new ReliteError("conflict", "No such lock holds here", {
          reason: "lock_token_unknown",
          details: { condition: "lock-token-matches-request-uri" },
        });
      }
      if (row.principal !== principal && !isOwnerKey) {
        throw new ReliteError("forbidden", "The lock is somebody else's", { reason: "not_lock_owner" });
      }
      locks.drop(row);
    },
  };
}
