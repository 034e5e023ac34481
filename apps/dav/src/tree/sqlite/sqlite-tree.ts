import { ReliteError } from "@relite/core/errors";
import type { ContentFiles } from "../../blobs/content-files.ts";
import type { WriteConditions } from "../../engine/conditions.ts";
import type { CommitQueue } from "../../storage/commit-queue.ts";
import type { SqliteDatabase } from "../../storage/open-database.ts";
import type { Place } from "../place.ts";
import type { PropertyPatch } from "../properties.ts";
import type { Tree, Written } from "../tree.ts";
import { createChangeReader } from "./change-reader.ts";
import { createContentStore } from "./content-store.ts";
import { createFileWriter } from "./file-writer.ts";
import { createLockDesk } from "./lock-desk.ts";
import { checkLocks } from "./lock-rules.ts";
import { createNodeStore, type NodeStore } from "./node-store.ts";
import { applySteps, createPatch } from "./patch.ts";
import { createPropertyStore } from "./property-store.ts";
import { collectionKind, removalOf, rowToNode } from "./rows.ts";
import { createSubtrees } from "./subtree.ts";
import { createTransfer } from "./transfer.ts";
import { checkConditions, followForWrite, notFound, stamp } from "./write-rules.ts";

/** The embedded metadata port; `commits` decides when writes reach the disk. */
export function createSqliteTree(
  db: SqliteDatabase,
  commits: CommitQueue,
  nowMs: () => number,
  files: ContentFiles,
): Tree {
  const nodes = createNodeStore(db, nowMs);
  const contents = createContentStore(db, nowMs, files);
  const put = createFileWriter(nodes, contents);
  const properties = createPropertyStore(db);
  const subtrees = createSubtrees(db, { nodes, contents, properties });
  const transfer = createTransfer(nodes, subtrees);
  const patch = createPatch(nodes, properties);
  const readChanges = createChangeReader(db, nodes);
  const desk = createLockDesk(nodes, put);

  function makeCollection(place: Place, conditions: WriteConditions, patch: PropertyPatch): Written {
    const { parent, node, name } = followForWrite(nodes, place, conditions);
    if (node !== null)
      throw new ReliteError("method_not_allowed", "There is something at this address already");
    nodes.admit(place.owner, 0, 1);
    const made = nodes.insert(emptyCollection(place.owner, parent.id, name));
    applySteps({ nodes, properties }, made, patch);
    return { created: true, node: rowToNode(stamp(nodes, made)) };
  }

  function remove(place: Place, conditions: WriteConditions): void {
    const { node, parent } = nodes.follow(place);
    checkConditions(nodes, place, conditions);
    if (node === null) throw notFound();
    const touched = [
      { node, whole: true },
      { node: parent, whole: false },
    ];
    checkLocks(nodes, place.owner, { held: conditions.held, touched });
    subtrees.removeTree(node);
    nodes.record(node, removalOf(node));
  }

  return {
    findApp: async (owner, appId) => nodes.findApp(owner, appId)?.id ?? null,
    openApp: (owner, appId) => commits.run(() => makeApp(nodes, owner, appId)),
    find: async (place) => {
      const { node } = nodes.follow(place);
      return node === null ? null : rowToNode(node);
    },
    read: async (place) => {
      const { node } = nodes.follow(place);
      if (node === null) return null;
      const content = node.content === null ? { data: null, checksums: null } : contents.read(node.content);
      return { node: rowToNode(node), ...content };
    },
    members: async (id, afterName, limit) => nodes.sql.members.all(id, afterName ?? "", limit).map(rowToNode),
    checkWrite: async (place, conditions) => void followForWrite(nodes, place, conditions),
    put: (place, bytes, conditions) => commits.run(() => put(place, bytes, conditions)),
    makeCollection: (place, conditions, first = { steps: [] }) =>
      commits.run(() => makeCollection(place, conditions, first)),
    remove: (place, conditions) => commits.run(() => remove(place, conditions)),
    copy: (from, to, options) => commits.run(() => transfer.copy(from, to, options)),
    move: (from, to, options) => commits.run(() => transfer.move(from, to, options)),
    changes: async (place, since, deep) => readChanges(place, since, deep),
    properties: async (nodeIds) => properties.ofNodes(nodeIds),
    checksums: async (nodeIds) => contents.checksums(nodeIds),
    patchProperties: (place, changes, conditions) => commits.run(() => patch(place, changes, conditions)),
    locks: async (owner) => desk.active(owner),
    lock: (place, request, conditions) => commits.run(() => desk.lock(place, request, conditions)),
    refresh: (place, timeoutMs, conditions) => commits.run(() => desk.refresh(place, timeoutMs, conditions)),
    unlock: (place, unlocker, conditions) => commits.run(() => desk.unlock(place, unlocker, conditions)),
    usage: async (owner) => {
      const row = nodes.sql.usage.get(owner);
      return { usedBytes: row?.used_bytes ?? 0, quotaBytes: row?.quota_bytes ?? null };
    },
    hasContent: async (owner, hash) => contents.has(owner, hash),
    dropContent: (owner, hash, beforeMs) => commits.run(() => contents.drop(owner, hash, beforeMs)),
    collectUnreferenced: (beforeMs) => commits.run(() => contents.sweep(beforeMs)),
  };
}

function makeApp(nodes: NodeStore, owner: number, appId: string): number {
  const known = nodes.findApp(owner, appId);
  if (known !== undefined) return known.id;
  let root = nodes.sql.ownerRoot.get(owner)?.root ?? null;
  if (root === null) {
    root = nodes.insert(emptyCollection(owner, null, "")).id;
    nodes.sql.setRoot.run(root, owner);
  }
  const apps =
    nodes.sql.child.get(root, "apps") ?? stamp(nodes, nodes.insert(emptyCollection(owner, root, "apps")));
  return stamp(nodes, nodes.insert(emptyCollection(owner, apps.id, appId))).id;
}

function emptyCollection(owner: number, parent: number | null, name: string) {
  return { owner, parent, name, kind: collectionKind, size: 0, hash: null, content: null, type: null };
}
