import type { Place } from "./place.ts";
import type { Swept } from "./retention.ts";
import type { TransferOptions, TreeNode, Written } from "./tree.ts";

/** Something that was deleted, as it was, under a name of its own. */
export interface TrashEntry {
  readonly node: TreeNode;
  readonly appId: string;
  /** Where it was below its app; empty for the app's own collection. */
  readonly path: readonly string[];
  readonly deletedMs: number;
  /** DID of the device that deleted it. */
  readonly deletedBy: string | null;
  /** Of all files in it; null while that is being counted. */
  readonly bytes: number | null;
}

/**
 * What was deleted. Places in the trash have `home` as their root and an entry's name
 * as their first segment; reads of the tree work there as anywhere. Refusals are those of the tree.
 */
export interface Trash {
  /** The collection of an app's deleted things; null when nothing was ever deleted. */
  home(owner: number, appId: string): Promise<number | null>;
  /** Apps of an owner in whose trash there is something. */
  apps(owner: number): Promise<readonly string[]>;
  entry(home: Place, name: string): Promise<TrashEntry | null>;
  /** A page of an app's entries in the order of their names, after the given one (null: from the start). */
  entries(home: Place, afterName: string | null, limit: number): Promise<readonly TrashEntry[]>;
  /** Brings an entry back as it was, with its properties and versions, to where a MOVE could put it. */
  restore(from: Place, to: Place, options: TransferOptions): Promise<Written>;
  /** Copies an entry, or something in it; it stays in the trash. */
  copyOut(from: Place, to: Place, options: TransferOptions): Promise<Written>;
  /** Ends entries for good; what is not there any more is passed over. Answers how many there were. */
  purge(home: Place, names: readonly string[]): Promise<number>;
  /** Puts some of what is past its time out of reach; answers how many entries, 0 when none are left. */
  expire(nowMs: number, limit: number): Promise<number>;
  /** Ends some of what is out of reach; `items` counts files and collections, 0 when none are left. */
  endSome(limit: number): Promise<Swept>;
  /** Gives up, the oldest first, so many bytes of whoever has most to give. */
  giveUp(bytes: number): Promise<Swept>;
  /** Entries whose `bytes` were not counted yet, by node, after the given one. */
  uncounted(afterNode: number, limit: number): Promise<readonly number[]>;
  setBytes(node: number, bytes: number): Promise<void>;
}
