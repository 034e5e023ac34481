import { ReliteError } from "@relite/core/errors";
import { createRefuseRemoved } from "../../accounts/refuse-removed.ts";
import type { WriteConditions } from "../../engine/conditions.ts";
import type { SqliteDatabase } from "../../storage/open-database.ts";
import type { PortParts } from "../../storage/port-parts.ts";
import { readTimeline } from "../../storage/timelines.ts";
import { createUploadRows } from "../../uploads/upload-rows.ts";
import type { Place } from "../place.ts";
import type { PropertyPatch } from "../properties.ts";
import type { Tree, Usage, Written } from "../tree.ts";
import { createChangeReader } from "./change-reader.ts";
import { createFileWriter } from "./file-writer.ts";
import { createListingReader, type ListingStores } from "./listing-reader.ts";
import { createLockDesk } from "./lock-desk.ts";
import { checkLocks } from "./lock-rules.ts";
import type { NodeStore } from "./node-store.ts";
import { applySteps, createPatch } from "./patch.ts";
import { createLookup, createPathReader } from "./path-reader.ts";
import { createPlainPut, isPlainPut } from "./plain-put.ts";
import { createPutRun } from "./put-run.ts";
import { memberRowsToNodes, rowToNode } from "./rows.ts";
import { createStores } from "./stores.ts";
import { collectionRow, ensureRoot } from "./trash-store.ts";
import { checkConditions, followForWrite, notFound, stamp } from "./write-rules.ts";

// What frees, or lets others write, must work on a full disk.
const reserved = { usesReserve: true };

/** The embedded metadata port; `commits` decides when writes reach the disk. */
export function createSqliteTree(parts: PortParts): Tree {
  const { db, commits } = parts;
  const { nodes, contents, properties, keeper, transfer } = createStores(parts);
  const refuseRemoved = createRefuseRemoved(db);
  const put = createFileWriter(nodes, contents, keeper, createUploadRows(db));
  const run = createPutRun(db, nodes);
  const plainPut = createPlainPut({ nodes, contents, keeper }, run, put);
  const patch = createPatch(nodes, properties);
  const readChanges = createChangeReader(db, nodes);
  const desk = createLockDesk(nodes, put);

  function makeCollection(place: Place, conditions: WriteConditions, patch: PropertyPatch): Written {
    const { parent, node, name } = followForWrite(nodes, place, conditions);
    if (node !== null)
      throw new ReliteError("method_not_allowed", "There is something at this address already");
    nodes.admit(place.owner, 0, 1);
    const made = nodes.insert(collectionRow(place.owner, parent.id, name));
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
    keeper.discard(node, place, conditions.author);
  }

  // Of one moment: else a lock that comes between two reads makes a refusal that was never right.
  const checkWrite = db.transaction((place: Place, conditions: WriteConditions): void => {
    followForWrite(nodes, place, conditions);
  });

  return {
    ...createReaders(db, { nodes, contents, properties }),
    apps: (owner) => nodes.sql.appNames.all(owner).map(({ name }) => name),
    openApp: (owner, appId) =>
      commits.run(() => {
        refuseRemoved(owner);
        return makeApp(nodes, owner, appId);
      }),
    members: async (id, afterName, limit) =>
      memberRowsToNodes(nodes.sql.memberRows.all(id, afterName ?? "", limit)),
    checkWrite: async (place, conditions) => checkWrite(place, conditions),
    put: (place, bytes, conditions) =>
      isPlainPut(bytes, conditions)
        ? commits.run(() => plainPut(place, bytes, conditions), { owes: run })
        : commits.run(() => put(place, bytes, conditions)),
    makeCollection: (place, conditions, first = { steps: [] }) =>
      commits.run(() => makeCollection(place, conditions, first)),
    remove: (place, conditions) => commits.run(() => remove(place, conditions), reserved),
    copy: (from, to, options) => commits.run(() => transfer.copy(from, to, options)),
    move: (from, to, options) => commits.run(() => transfer.move(from, to, options)),
    changes: async (place, since, deep) => readChanges(place, since, deep),
    timeline: async () => readTimeline(db),
    properties: async (nodeIds) => properties.ofNodes(nodeIds),
    checksums: async (nodeIds) => contents.checksums(nodeIds),
    patchProperties: (place, changes, conditions) => commits.run(() => patch(place, changes, conditions)),
    locks: async (owner) => desk.active(owner),
    lock: (place, request, conditions) => commits.run(() => desk.lock(place, request, conditions)),
    refresh: (place, timeoutMs, conditions) => commits.run(() => desk.refresh(place, timeoutMs, conditions)),
    unlock: (place, unlocker, conditions) =>
      commits.run(() => desk.unlock(place, unlocker, conditions), reserved),
    usage: async (owner) => usageOf(nodes, owner),
    hasContent: async (owner, hash) => contents.has(owner, hash),
    dropContent: (owner, hash, beforeMs) => commits.run(() => contents.drop(owner, hash, beforeMs), reserved),
    collectUnreferenced: (beforeMs) => commits.run(() => contents.sweep(beforeMs), reserved),
  };
}

function createReaders(db: SqliteDatabase, stores: Omit<ListingStores, "look">) {
  const look = createLookup(db);
  return {
    ...createPathReader(db, stores.nodes, stores.contents, look),
    ...createListingReader(db, { ...stores, look }),
  };
}

function usageOf(nodes: NodeStore, owner: number): Usage {
  const row = nodes.sql.usage.get(owner);
  const { used_bytes: usedBytes = 0, quota_bytes: quotaBytes = null, kept_bytes: keptBytes = 0 } = row ?? {};
  const isCounted = quotaBytes === null || nodes.sql.uncounted.get(owner, owner)?.any === 0;
  return { usedBytes, quotaBytes, keptBytes: isCounted ? keptBytes : null };
}

function makeApp(nodes: NodeStore, owner: number, appId: string): number {
  const known = nodes.findApp(owner, appId);
  if (known !== undefined) return known.id;
  const root = ensureRoot(nodes, owner);
  const apps =
    nodes.sql.child.get(root, "apps") ?? stamp(nodes, nodes.insert(collectionRow(owner, root, "apps")));
  return stamp(nodes, nodes.insert(collectionRow(owner, apps.id, appId))).id;
}
