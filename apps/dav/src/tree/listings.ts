import type { Place } from "./place.ts";
import type { DeadProperty } from "./properties.ts";
import type { TreeNode } from "./tree.ts";

/** What to read of nodes besides themselves. */
export interface Wanted {
  readonly properties: boolean;
  readonly checksums: boolean;
}

/** What is stored of nodes, by their ids; those without any are left out, and all where it was not wanted. */
export interface Stored {
  readonly properties: ReadonlyMap<number, readonly DeadProperty[]>;
  readonly checksums: ReadonlyMap<number, string>;
}

/** Nodes and what is stored of them, all of one moment. */
export interface NodePage extends Stored {
  readonly nodes: readonly TreeNode[];
}

/** Members in name order, after the given name (null: from the start). */
export interface Stretch {
  readonly collection: number;
  readonly afterName: string | null;
  readonly limit: number;
}

/** A listing of a collection's own members that was right once, cut into stretches in name order. */
export interface KnownListing {
  readonly collection: number;
  /** Of the collection, at that time. */
  readonly version: number;
  /** The last name of each stretch but the last one, which goes on to the end. */
  readonly lastNames: readonly string[];
  readonly maxMembers: number;
}

/** What makes a known listing right again: all of one moment. */
export interface Renewal {
  /** The collection itself. */
  readonly top: NodePage;
  /** The stretches in which something is not as it was, as they are now, by their place. */
  readonly stretches: ReadonlyMap<number, NodePage>;
}

/** Reads many nodes at once. */
export interface Listings {
  /** One node by its path; null when it is not there. */
  one(place: Place, wanted: Wanted): Promise<NodePage | null>;
  page(stretch: Stretch, wanted: Wanted): Promise<NodePage>;
  /**
   * Costs what changed, whatever the size of the collection. Null when what changed is not known, or is more than
   * `maxMembers` in stretches that are not as they were, or the collection is not there any more: all must be listed anew.
   */
  renewal(place: Place, known: KnownListing, wanted: Wanted): Promise<Renewal | null>;
}
