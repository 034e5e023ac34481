import { maxNodesPerOwner, type NodeStore } from "./node-store.ts";

export interface MoreRoom {
  readonly bytes: number;
  readonly nodes: number;
}

interface Room {
  readonly quotaBytes: number | null;
  usedBytes: number;
  usedNodes: number;
}

/** The room of owners during a run of file writes: read once, and what was taken written once. */
export function createPutRoom({ sql }: NodeStore) {
  const rooms = new Map<number, Room>();
  const taken = new Map<number, MoreRoom>();

  function roomOf(owner: number): Room | null {
    const known = rooms.get(owner);
    if (known !== undefined) return known;
    const row = sql.usage.get(owner);
    // Who was removed meanwhile has no room; the write that comes alone says so.
    if (row === undefined || row.removed_ms !== null) return null;
    const { bytes, nodes } = taken.get(owner) ?? { bytes: 0, nodes: 0 };
    const { quota_bytes: quotaBytes, used_bytes: usedBytes, used_nodes: usedNodes } = row;
    const room = { quotaBytes, usedBytes: usedBytes + bytes, usedNodes: usedNodes + nodes };
    rooms.set(owner, room);
    return room;
  }

  return {
    /** Whether so much more fits without anything being given up for it; of nothing more: whether all fits that is there. */
    has(owner: number, { bytes, nodes }: MoreRoom): boolean {
      const room = roomOf(owner);
      if (room === null || room.usedNodes + nodes > maxNodesPerOwner) return false;
      return room.quotaBytes === null || bytes < 0 || room.usedBytes + bytes <= room.quotaBytes;
    },
    take(owner: number, { bytes, nodes }: MoreRoom): void {
      const before = taken.get(owner) ?? { bytes: 0, nodes: 0 };
      taken.set(owner, { bytes: before.bytes + bytes, nodes: before.nodes + nodes });
      const room = rooms.get(owner);
      if (room === undefined) return;
      room.usedBytes += bytes;
      room.usedNodes += nodes;
    },
    /** Something else than `take` changed what an owner uses. */
    lookAgain(owner: number): void {
      rooms.delete(owner);
    },
    settle(): void {
      for (const [owner, more] of taken) sql.use.run({ owner, ...more });
    },
    forget(): void {
      rooms.clear();
      taken.clear();
    },
  };
}
