import { ReliteError } from "@relite/core/errors";
import type { PortParts } from "../../storage/port-parts.ts";
import type { Place } from "../place.ts";
import type { Trash, TrashEntry } from "../trash.ts";
import type { TransferOptions, Written } from "../tree.ts";
import { type NodeRow, removalOf, rowToNode } from "./rows.ts";
import { createStores } from "./stores.ts";
import type { TrashRow } from "./trash-store.ts";
import { createTrashSweep } from "./trash-sweep.ts";

// What one request ends at once; the rest of a larger tree is out of reach and ended in the background.
const nodesPerPurge = 1_000;

const frees = { usesReserve: true };

export const trashWrites = [
  "restore",
  "copyOut",
  "purge",
  "expire",
  "endSome",
  "giveUp",
  "setBytes",
] as const satisfies readonly (keyof Trash)[];

/** The embedded port of what was deleted. */
export function createSqliteTrash(parts: PortParts): Trash {
  const { commits, retention } = parts;
  // What was kept before goes, too, when nothing is to be kept any more.
  const endsBefore = (atMs: number) =>
    retention.trashMs === 0 ? Number.MAX_SAFE_INTEGER : atMs - retention.trashMs;
  const stores = createStores(parts);
  const { nodes, trash, purge, transfer } = stores;

  function entryOf(node: NodeRow | undefined): TrashEntry | null {
    const row = node === undefined ? null : trash.ofNode(node.id);
    return node === undefined || row === null ? null : rowToEntry(node, row);
  }

  function restore(from: Place, to: Place, options: TransferOptions): Written {
    const row = nodes.follow(from).node;
    const entry = row === null ? null : trash.ofNode(row.id);
    if (row !== null && entry === null) throw onlyWhole();
    // It was no deeper than that when it was deleted, so it need not be measured when it goes no deeper.
    const written = transfer.move(from, to, options, entry === null ? 0 : pathOf(entry).length);
    if (entry !== null) trash.forget(entry.node);
    return written;
  }

  function copyOut(from: Place, to: Place, options: TransferOptions): Written {
    const [name = ""] = from.segments;
    const top = nodes.sql.child.get(from.root, name);
    return purge.sparing({ node: top?.id ?? 0 }, () => transfer.copy(from, to, options));
  }

  function purgeEntries(home: Place, names: readonly string[]): number {
    let count = 0;
    for (const name of names) {
      const node = nodes.sql.child.get(home.root, name);
      if (node === undefined || trash.ofNode(node.id) === null) continue;
      nodes.record(node, removalOf(node));
      purge.doom(node);
      count += 1;
    }
    for (let left = nodesPerPurge; left > 0; ) {
      const { items } = purge.step(home.owner, left);
      left = items === 0 ? 0 : left - items;
    }
    return count;
  }

  const sweep = createTrashSweep(stores);

  return {
    home: async (owner, appId) => trash.find(owner, appId)?.id ?? null,
    apps: async (owner) => trash.apps(owner),
    entry: async (home, name) => entryOf(nodes.sql.child.get(home.root, name)),
    entries: async (home, afterName, limit) =>
      nodes.sql.members.all(home.root, afterName ?? "", limit).flatMap((row) => entryOf(row) ?? []),
    restore: (from, to, options) => commits.run(() => restore(from, to, options)),
    copyOut: (from, to, options) => commits.run(() => copyOut(from, to, options)),
    purge: (home, names) => commits.run(() => purgeEntries(home, names), frees),
    expire: (atMs, limit) => commits.run(() => sweep.expire(endsBefore(atMs), limit), frees),
    endSome: (limit) => commits.run(() => sweep.endSome(limit), frees),
    giveUp: (bytes) => commits.run(() => sweep.giveUp(bytes), frees),
    uncounted: async (afterNode, limit) => trash.uncounted(afterNode, limit),
    setBytes: (node, bytes) => commits.run(() => trash.setBytes(node, bytes)),
  };
}

function pathOf({ path }: TrashRow): readonly string[] {
  return path === "" ? [] : path.split("/");
}

function rowToEntry(node: NodeRow, row: TrashRow): TrashEntry {
  return {
    node: rowToNode(node),
    appId: row.app,
    path: pathOf(row),
    deletedMs: row.deleted_ms,
    deletedBy: row.deleted_by,
    bytes: row.bytes,
  };
}

function onlyWhole(): ReliteError {
  return new ReliteError(
    "forbidden",
    "What was deleted as one comes back as one; a part of it can be copied",
    {
      reason: "part_of_entry",
    },
  );
}
