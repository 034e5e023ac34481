import type { WriteAuthor } from "../../engine/conditions.ts";
import type { Place } from "../place.ts";
import type { Retention } from "../retention.ts";
import type { ContentStore } from "./content-store.ts";
import { locksWithin } from "./lock-rules.ts";
import type { NodeStore } from "./node-store.ts";
import type { Purge } from "./purge.ts";
import { isCollection, type NodeRow, removalOf } from "./rows.ts";
import type { Subtrees } from "./subtree.ts";
import { maxVersionsPerFile, versionsToDrop } from "./thin-versions.ts";
import { freeEntryName, type TrashStore } from "./trash-store.ts";

interface Stores {
  readonly nodes: NodeStore;
  readonly contents: ContentStore;
  readonly subtrees: Subtrees;
  readonly trash: TrashStore;
  readonly purge: Purge;
  readonly retention: Retention;
}

export type Keeper = ReturnType<typeof createKeeper>;

// An entry's name is an address, too: a segment of 255 bytes at most, its version and all.
const maxEntryNameBytes = 230;

/** Where what a write removes goes: to the trash, among a file's versions, or away. Runs inside the caller's transaction. */
export function createKeeper({ nodes, contents, subtrees, trash, purge, retention }: Stores) {
  /** Takes a resource away from its address, logged; its locks end. In the trash it is as it was, whatever its size. */
  function discard(row: NodeRow, place: Place, author: WriteAuthor | undefined): void {
    const version = nodes.record(row, removalOf(row));
    if (retention.trashMs === 0 || author?.leavesTrace === false) return void subtrees.removeTree(row);
    for (const lock of locksWithin(nodes, nodes.locks.liveOf(row.owner), row)) nodes.locks.drop(lock);
    const app = nodes.sql.byId.get(place.root)?.name ?? "";
    const home = trash.place(row.owner, app);
    // Something of that name can only have been imported.
    const isTaken = (name: string) => nodes.sql.child.get(home.id, name) !== undefined;
    const { name } = freeEntryName(entryName(version, row.name), (tried) =>
      isTaken(tried) ? "taken" : "free",
    );
    nodes.sql.relocate.run(home.id, name, row.id);
    nodes.sql.bumpUp.run({ version, start: home.id });
    trash.add({
      node: row.id,
      owner: row.owner,
      app,
      path: place.segments.join("/"),
      deleted_ms: nodes.nowMs(),
      deleted_by: author?.did ?? null,
      bytes: isCollection(row) ? null : row.size,
    });
  }

  const hasVersions = (author: WriteAuthor | undefined) =>
    retention.versionsMs > 0 && author?.leavesTrace !== false;

  function keepsVersion(old: NodeRow, author: WriteAuthor | undefined): boolean {
    return hasVersions(author) && old.size > 0 && old.content !== null;
  }

  /** Called after a file has other bytes than `old` says: what it had becomes a version of `node`, or is let go. */
  function supersede(old: NodeRow, node: number, author: WriteAuthor | undefined): void {
    if (old.content === null || old.hash === null) return;
    if (!keepsVersion(old, author)) return void contents.letGo(old.content);
    const { owner, content, hash, size, type, modified_ms } = old;
    const replaced = { replaced_ms: nodes.nowMs(), replaced_by: author?.did ?? null };
    trash.addVersion({ owner, node, content, hash, size, type, modified_ms, ...replaced });
    thinIfMany(node);
  }

  function thinIfMany(node: number): void {
    if (trash.countVersions(node) > maxVersionsPerFile) thin(node);
  }

  /** After `supersede`: within its owner's quota, or nothing is kept. */
  function squeeze(owner: number): void {
    const { quota_bytes: quota = null, used_bytes: used = 0 } = nodes.sql.usage.get(owner) ?? {};
    if (quota !== null && used > quota) purge.makeRoom(owner, used - quota);
  }

  /** Takes a file away for another that comes in its place; `succeed` gives that one its history. Its own locks end. */
  function setAside(row: NodeRow): void {
    for (const lock of nodes.locks.liveOf(row.owner)) if (lock.node === row.id) nodes.locks.drop(lock);
    nodes.record(row, removalOf(row));
    // No name has a NUL: for the rest of this transaction it is out of the way.
    nodes.sql.relocate.run(row.parent ?? 0, `\0${row.id}`, row.id);
  }

  function succeed(aside: NodeRow, node: number, author: WriteAuthor | undefined): void {
    trash.handOver(aside.id, node);
    const content = nodes.sql.byId.get(node)?.content ?? null;
    if (content !== aside.content && keepsVersion(aside, author)) supersede(aside, node, author);
    subtrees.removeTree(aside);
    squeeze(aside.owner);
  }

  function thin(node: number): void {
    const versions = trash.versionsOf(node).map(({ id, replaced_ms }) => ({ id, replacedMs: replaced_ms }));
    purge.dropVersions(versionsToDrop(versions, nodes.nowMs()));
  }

  return { discard, supersede, thinIfMany, squeeze, setAside, succeed, hasVersions };
}

/** Never twice, for no two changes have one version; ends as the name did, which says of what type it is. */
function entryName(version: number, name: string): string {
  let end = [...name];
  while (Buffer.byteLength(end.join("")) > maxEntryNameBytes) end = end.slice(1);
  return `${version}-${end.join("")}`.normalize("NFC");
}
