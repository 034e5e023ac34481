import { createHash } from "node:crypto";

/** What is at an address; a collection has no body. */
export interface ModelNode {
  readonly body: string | null;
  readonly properties: ReadonlyMap<string, string>;
  /** In seconds; null when the server's clock decided. */
  readonly modifiedSec: number | null;
}

export interface ModelLock {
  readonly token: string;
  readonly who: number;
  readonly path: string;
  readonly deep: boolean;
  readonly shared: boolean;
}

/** A WebDAV tree by paths alone (`""` is its top), never changed in place. */
export interface Model {
  readonly nodes: ReadonlyMap<string, ModelNode>;
  readonly locks: readonly ModelLock[];
}

export const emptyCollection: ModelNode = { body: null, properties: new Map(), modifiedSec: null };
export const emptyModel: Model = { nodes: new Map([["", emptyCollection]]), locks: [] };

export const parentOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf("/")));
export const isAtOrBelow = (path: string, top: string) =>
  path === top || top === "" || path.startsWith(`${top}/`);
export const isCollectionAt = ({ nodes }: Model, path: string) => nodes.get(path)?.body === null;
/** Whether a new member may be made at an address: its parent is a collection. */
export const hasParent = (model: Model, path: string) => path !== "" && isCollectionAt(model, parentOf(path));

export function etagOf(body: string): string {
  return createHash("sha256").update(body).digest("base64url");
}

/** The locks that cover an address; one with nothing there is covered through its parent. */
export function locksOver(model: Model, path: string): readonly ModelLock[] {
  const isThere = model.nodes.has(path) || model.nodes.has(parentOf(path));
  if (!isThere) return [];
  return model.locks.filter((lock) => lock.path === path || (lock.deep && isAtOrBelow(path, lock.path)));
}

export function withNode(model: Model, path: string, node: ModelNode): Model {
  return { ...model, nodes: new Map(model.nodes).set(path, node) };
}

/** Without the tree at an address and the locks in it. The top itself is there again, empty, when it is asked for. */
export function withoutTree({ nodes, locks }: Model, top: string): Model {
  const kept = [...nodes].filter(([path]) => !isAtOrBelow(path, top));
  if (top === "") kept.push(["", emptyCollection]);
  return { nodes: new Map(kept), locks: locks.filter((lock) => !isAtOrBelow(lock.path, top)) };
}

interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly shallow: boolean;
}

/** COPY: what was at the destination goes, locks taken at that very address stay, others' locks are not copied. */
export function withCopy(model: Model, { from, to, shallow }: Transfer): Model {
  const taken = [...model.nodes].filter(([path]) => (shallow ? path === from : isAtOrBelow(path, from)));
  const copies = taken.map(
    ([path, node]) => [to + path.slice(from.length), { ...node, modifiedSec: null }] as const,
  );
  return landed(model, to, copies);
}

export function withMove(model: Model, { from, to }: Transfer): Model {
  const moved = [...model.nodes]
    .filter(([path]) => isAtOrBelow(path, from))
    .map(([path, node]) => [to + path.slice(from.length), node] as const);
  return landed(withoutTree(model, from), to, moved);
}

function landed(model: Model, to: string, arriving: readonly (readonly [string, ModelNode])[]): Model {
  const stays = model.locks.filter((lock) => lock.path === to);
  const cleared = withoutTree(model, to);
  return { nodes: new Map([...cleared.nodes, ...arriving]), locks: [...cleared.locks, ...stays] };
}
