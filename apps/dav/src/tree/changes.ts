import type { TreeNode } from "./tree.ts";

/** One thing below a collection that is not as it was. */
export interface Change {
  /** Names from the collection down. */
  readonly path: readonly string[];
  /** Null: there is nothing any more. */
  readonly node: TreeNode | null;
  readonly isCollection: boolean;
  /** Place in the order of all changes; a tree that came as one shares one. */
  readonly version: number;
}
