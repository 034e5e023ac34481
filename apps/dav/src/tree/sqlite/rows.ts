import type { TreeNode } from "../tree.ts";

/** A row of `nodes` as SQLite gives it. */
export interface NodeRow {
  readonly id: number;
  readonly owner: number;
  readonly parent: number | null;
  readonly name: string;
  readonly kind: number;
  readonly size: number;
  readonly hash: string | null;
  readonly content: number | null;
  readonly type: string | null;
  readonly version: number;
  readonly created_ms: number;
  readonly modified_ms: number;
}

export const collectionKind = 0;
export const fileKind = 1;
export const madeOrChanged = 1;
const removed = 2;
/** Only its properties: what is in it is as it was. */
export const changedItself = 4;
/** Told apart, for what was in it is gone too. */
export const removedCollection = 3;

export function isRemoval(action: number): boolean {
  return action === removed || action === removedCollection;
}

export function removalOf(row: NodeRow): number {
  return isCollection(row) ? removedCollection : removed;
}

export function isCollection(row: NodeRow): boolean {
  return row.kind === collectionKind;
}

export function rowEtag(row: NodeRow): string {
  if (row.hash === null) return `c${row.id}-${row.version}`;
  // Short: litmus and other clients on neon cut an If header of two hexadecimal tags.
  return Buffer.from(row.hash, "hex").toString("base64url");
}

/** Many rows at once: the tags of a page are written in one go, each from its own stretch of three-byte groups. */
export function rowsToNodes(rows: readonly NodeRow[]): TreeNode[] {
  const files = rows.filter(({ hash }) => hash !== null);
  const hex = files.map(({ hash }) => `${hash}00`).join("");
  if (hex.length !== files.length * 66) return rows.map((row) => rowToNode(row));
  const tags = Buffer.from(hex, "hex").toString("base64url");
  let at = 0;
  return rows.map((row) => {
    if (row.hash === null) return rowToNode(row);
    const etag = tags.slice(at, at + 43);
    at += 44;
    return rowToNode(row, etag);
  });
}

export function rowToNode(row: NodeRow, etag = rowEtag(row)): TreeNode {
  return {
    id: row.id,
    kind: isCollection(row) ? "collection" : "file",
    name: row.name,
    size: row.size,
    etag,
    hash: row.hash,
    type: row.type,
    createdMs: row.created_ms,
    modifiedMs: row.modified_ms,
  };
}
