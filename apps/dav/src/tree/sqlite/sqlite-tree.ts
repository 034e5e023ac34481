import { ReliteError } from "@relite/core/errors";
import type { WriteConditions } from "../../engine/conditions.ts";
import type { CommitQueue } from "../../storage/commit-queue.ts";
import type { SqliteDatabase } from "../../storage/open-database.ts";
import type { Place } from "../place.ts";
import type { StoredBytes, Tree, Written } from "../tree.ts";
import { createContentStore } from "./content-store.ts";
import { createNodeStore, type Followed, type NodeStore } from "./node-store.ts";
import { collectionKind, fileKind, isCollection, type NodeRow, removed, rowToNode } from "./rows.ts";
import { createSubtrees } from "./subtree.ts";
import { createTransfer } from "./transfer.ts";
import { checkConditions, notFound, stamp } from "./write-rules.ts";

/** The embedded metadata port; `commits` decides when writes reach the disk. */
export function createSqliteTree(db: SqliteDatabase, commits: CommitQueue, nowMs: () => number): Tree {
  const nodes = createNodeStore(db, nowMs);
  const contents = createContentStore(db, nowMs);
  const subtrees = createSubtrees(db, nodes, contents);
  const transfer = createTransfer(nodes, subtrees);

  function put(place: Place, bytes: StoredBytes, conditions: WriteConditions): Written {
    const { parent, node, name } = followForWrite(nodes, place, conditions);
    if (node !== null && isCollection(node)) throw onCollection("PUT");
    const { owner } = place;
    nodes.admit(owner, bytes.size - (node?.size ?? 0), node === null ? 1 : 0);
    const file = {
      hash: bytes.hash,
      size: bytes.size,
      type: bytes.type,
      content: contents.keep(owner, bytes),
    };
    if (node === null) {
      const made = nodes.insert({ ...file, owner, parent: parent.id, name, kind: fileKind });
      return { created: true, node: rowToNode(stamp(nodes, made)) };
    }
    nodes.sql.replaceFile.run({ ...file, id: node.id, atMs: nowMs() });
    nodes.sql.use.run({ owner, bytes: bytes.size - node.size, nodes: 0 });
    if (node.content !== null && node.content !== file.content) contents.letGo(node.content);
    return { created: false, node: rowToNode(stamp(nodes, { ...node, ...file, modified_ms: nowMs() })) };
  }

  function makeCollection(place: Place, conditions: WriteConditions): Written {
    const { parent, node, name } = followForWrite(nodes, place, conditions);
    if (node !== null)
      throw new ReliteError("method_not_allowed", "There is something at this address already");
    nodes.admit(place.owner, 0, 1);
    const made = nodes.insert(emptyCollection(place.owner, parent.id, name));
    return { created: true, node: rowToNode(stamp(nodes, made)) };
  }

  function remove(place: Place, conditions: WriteConditions): void {
    const { node } = nodes.follow(place);
    checkConditions(nodes, node, conditions);
    if (node === null) throw notFound();
    subtrees.removeTree(node);
    nodes.record(node, removed);
  }

  return {
    openApp: async (owner, appId) =>
      nodes.sql.appRoot.get(appId, owner)?.id ?? commits.run(() => makeApp(nodes, owner, appId)),
    find: async (place) => {
      const { node } = nodes.follow(place);
      return node === null ? null : rowToNode(node);
    },
    read: async (place) => {
      const { node } = nodes.follow(place);
      if (node === null) return null;
      return { node: rowToNode(node), data: node.content === null ? null : contents.data(node.content) };
    },
    members: async (id, afterName, limit) => nodes.sql.members.all(id, afterName ?? "", limit).map(rowToNode),
    put: (place, bytes, conditions) => commits.run(() => put(place, bytes, conditions)),
    makeCollection: (place, conditions) => commits.run(() => makeCollection(place, conditions)),
    remove: (place, conditions) => commits.run(() => remove(place, conditions)),
    copy: (from, to, options) => commits.run(() => transfer.copy(from, to, options)),
    move: (from, to, options) => commits.run(() => transfer.move(from, to, options)),
    usage: async (owner) => {
      const row = nodes.sql.usage.get(owner);
      return { usedBytes: row?.used_bytes ?? 0, quotaBytes: row?.quota_bytes ?? null };
    },
    hasContent: async (owner, hash) => contents.has(owner, hash),
    collectUnreferenced: (beforeMs) => commits.run(() => contents.sweep(beforeMs)),
  };
}

/** Follows a path that is about to be written: conditions first (412), then the parent (409). */
function followForWrite(
  nodes: NodeStore,
  place: Place,
  conditions: WriteConditions,
): Followed & { readonly parent: NodeRow } {
  const followed = nodes.follow(place);
  checkConditions(nodes, followed.node, conditions);
  const { parent, node, name } = followed;
  if (place.segments.length === 0) throw onCollection("this method");
  if (parent === null || !isCollection(parent)) {
    throw new ReliteError("conflict", "The parent collection does not exist", { reason: "parent_missing" });
  }
  return { parent, node, name };
}

function onCollection(method: string): ReliteError {
  return new ReliteError("method_not_allowed", `A collection does not take ${method}`);
}

function makeApp(nodes: NodeStore, owner: number, appId: string): number {
  const known = nodes.sql.appRoot.get(appId, owner);
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
