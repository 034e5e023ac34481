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

/**
 * What is read of each of many rows, in this order. Every value costs, so there are few: no names, a size for a file and
 * a version for a collection in one place (which is which says the hash), and no time of birth that is the last change.
 */
export const memberColumns =
  "id, name, hash, iif(hash IS NULL, version, size), type, modified_ms, nullif(created_ms, modified_ms)";

export type MemberRow = readonly [
  id: number,
  name: string,
  hash: string | null,
  sizeOrVersion: number,
  type: string | null,
  modifiedMs: number,
  createdMs: number | null,
];

/** The tags of a page are written in one go, each from its own stretch of three-byte groups. */
export function memberRowsToNodes(rows: readonly MemberRow[]): TreeNode[] {
  let hex = "";
  for (const row of rows) if (row[2] !== null) hex += `${row[2]}00`;
  const tags = Buffer.from(hex, "hex").toString("base64url");
  let at = 0;
  return rows.map((row) => {
    const id = row[0];
    const hash = row[2];
    const tagAt = at;
    if (hash !== null) at += 44;
    return {
      id,
      kind: hash === null ? "collection" : "file",
      name: row[1],
      size: hash === null ? 0 : row[3],
      etag: hash === null ? `c${id}-${row[3]}` : tags.slice(tagAt, tagAt + 43),
      hash,
      type: row[4],
      createdMs: row[6] ?? row[5],
      modifiedMs: row[5],
    };
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
