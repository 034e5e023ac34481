import type { WriteConditions } from "../engine/conditions.ts";
import type { UploadClaim } from "../uploads/uploads.ts";
import type { Change } from "./changes.ts";
import type { Listings } from "./listings.ts";
import type { ActiveLock, LockRequest, Unlocker } from "./locks.ts";
import type { Place } from "./place.ts";
import type { DeadProperty, PropertyPatch } from "./properties.ts";

export interface TreeNode {
  readonly id: number;
  readonly kind: "collection" | "file";
  readonly name: string;
  readonly size: number;
  /** Strong, without quotes: a file's SHA-256 as base64url, or a collection's identity and last change at or below it. */
  readonly etag: string;
  /** A file's SHA-256, hexadecimal; null for a collection. */
  readonly hash: string | null;
  readonly type: string | null;
  readonly createdMs: number;
  readonly modifiedMs: number;
}

/** A file's node with its bytes, or with `data: null` when they are in the blob store under `node.hash`. */
export interface FoundNode {
  readonly node: TreeNode;
  readonly data: Buffer | null;
  /** What clients said of the bytes and was found true (`SHA1:… MD5:…`); null when nothing was said. */
  readonly checksums: string | null;
}

/** Bytes that are already safe: inline, or durable in the blob store under their hash. */
export interface StoredBytes {
  readonly hash: string;
  readonly size: number;
  readonly inline: Buffer | null;
  readonly type: string | null;
  /** When the client says the file was changed last; null: now. */
  readonly modifiedMs: number | null;
  /** Verified checksums to keep with the content, `SHA1:… MD5:…`. */
  readonly checksums?: string | null;
  /** The upload these bytes finish: gone with this write, and this write refused when it is gone already. */
  readonly upload?: UploadClaim;
}

export interface Written {
  readonly created: boolean;
  readonly node: TreeNode;
}

export interface TransferOptions {
  readonly overwrite: boolean;
  /** COPY with `Depth: 0` takes a collection without its members. */
  readonly shallow: boolean;
  readonly conditions: WriteConditions;
}

export interface UnreferencedContent {
  readonly owner: number;
  readonly hash: string;
  readonly size: number;
}

export interface Usage {
  readonly usedBytes: number;
  readonly quotaBytes: number | null;
  /**
   * Of the used bytes, those of trash and versions: given up, the oldest first, before a write is refused. Null while
   * they are being counted, which is only asked where there is a quota.
   */
  readonly keptBytes: number | null;
}

/**
 * The metadata port. What is asked by path on every request is answered at once. Every write is one transaction, decided and done together, on the disk when its promise resolves.
 * Refusals are `ReliteError`s: `not_found`, `conflict` (parent missing), `precondition_failed`, `method_not_allowed`,
 * `forbidden` (into itself), `locked`, `insufficient_storage`.
 */
export interface Tree extends Listings {
  /** The node an app's requests are confined to; null when the app is new. */
  findApp(owner: number, appId: string): number | null;
  /** The ids of an owner's apps, in name order. */
  apps(owner: number): readonly string[];
  /** As `findApp`, made empty when the app is new. */
  openApp(owner: number, appId: string): Promise<number>;
  find(place: Place): TreeNode | null;
  read(place: Place): FoundNode | null;
  /** A page of members in name order, after the given name (null: from the start). */
  members(nodeId: number, afterName: string | null, limit: number): Promise<readonly TreeNode[]>;
  /** Rejects as a write of a file would now: conditions, parent, locks. */
  checkWrite(place: Place, conditions: WriteConditions): Promise<void>;
  put(place: Place, bytes: StoredBytes, conditions: WriteConditions): Promise<Written>;
  /** A new collection, with its first properties when there are any. */
  makeCollection(place: Place, conditions: WriteConditions, patch?: PropertyPatch): Promise<Written>;
  remove(place: Place, conditions: WriteConditions): Promise<void>;
  copy(from: Place, to: Place, options: TransferOptions): Promise<Written>;
  move(from: Place, to: Place, options: TransferOptions): Promise<Written>;
  /**
   * What changed below a collection after a version, in order; null when that cannot be said (forgotten, or of a time a
   * restored backup has lost), and all must be listed anew. `deep`: at any depth, else among its own members.
   */
  changes(place: Place, since: number, deep: boolean): Promise<readonly Change[] | null>;
  /** Which restore of a backup these files come from, another one each time; null while there was none. */
  timeline(): Promise<number | null>;
  /** Dead properties by node id; nodes without any are left out. */
  properties(nodeIds: readonly number[]): Promise<ReadonlyMap<number, readonly DeadProperty[]>>;
  /** Kept checksums by node id; files without any are left out. */
  checksums(nodeIds: readonly number[]): Promise<ReadonlyMap<number, string>>;
  patchProperties(place: Place, patch: PropertyPatch, conditions: WriteConditions): Promise<void>;
  /** All locks of an owner that have not run out. */
  locks(owner: number): Promise<readonly ActiveLock[]>;
  /** Takes a lock; where nothing is, an empty file is made for it. `locked` when another stands in the way. */
  lock(
    place: Place,
    request: LockRequest,
    conditions: WriteConditions,
  ): Promise<{ readonly created: boolean; readonly lock: ActiveLock }>;
  /** Gives the locks held by the conditions a new term. */
  refresh(place: Place, timeoutMs: number, conditions: WriteConditions): Promise<readonly ActiveLock[]>;
  unlock(place: Place, unlocker: Unlocker, conditions: WriteConditions): Promise<void>;
  usage(owner: number): Promise<Usage>;
  hasContent(owner: number, hash: string): Promise<boolean>;
  /** Takes content out of the blob store that has no row and was not written since `beforeMs`; says whether it did. */
  dropContent(owner: number, hash: string, beforeMs: number): Promise<boolean>;
  /** Forgets content without nodes since before `beforeMs` and before every hold; answers what may be dropped, some of it at a time. */
  collectUnreferenced(beforeMs: number): Promise<readonly UnreferencedContent[]>;
}

/** The methods of the port that write. */
export const treeWrites = [
  "openApp",
  "put",
  "makeCollection",
  "remove",
  "copy",
  "move",
  "patchProperties",
  "lock",
  "refresh",
  "unlock",
  "dropContent",
  "collectUnreferenced",
] as const satisfies readonly (keyof Tree)[];
