import { isDeep, isTransfer, type ModelRequest } from "./model-request.ts";
import {
  etagOf,
  hasParent,
  isAtOrBelow,
  isCollectionAt,
  locksOver,
  type Model,
  type ModelLock,
  parentOf,
} from "./tree-model.ts";

/** The ETag of a collection, which only the server knows. */
export type CollectionEtag = (path: string) => string;

/** The status a request gets: what the RFCs say, in the order of this server: conditions, then what is there, then locks. */
export function statusOf(model: Model, request: ModelRequest, collectionEtag: CollectionEtag): number {
  const early = malformed(model, request);
  if (early !== null) return early;
  const { method, path } = request;
  const node = model.nodes.get(path);
  if (method === "PROPFIND") return node === undefined ? 404 : 207;
  if (method === "GET" || method === "HEAD") return readStatus(model, request);
  if ((method === "PUT" || method === "PATCH") && node?.body === null) return 405;
  if (method === "PUT" && request.slash) return 409;
  if (method === "LOCK" && !request.isRefresh && node === undefined && request.slash) return 409;
  if (method === "LOCK" && request.isRefresh && request.ifLists.length === 0) return 400;
  if (!holds(model, request, collectionEtag)) return 412;
  if (method === "PUT") return writeStatus(model, request, node === undefined ? 201 : 204);
  if (method === "PATCH") return writeStatus(model, request, node === undefined || request.slash ? 404 : 204);
  if (method === "MKCOL") return writeStatus(model, request, node === undefined ? 201 : 405);
  if (method === "DELETE") return deleteStatus(model, request);
  if (method === "PROPPATCH") {
    if (node === undefined) return 404;
    return isOpen(model, path, request) ? 207 : 423;
  }
  if (method === "LOCK")
    return request.isRefresh ? refreshStatus(model, request) : lockStatus(model, request);
  if (method === "UNLOCK") return unlockStatus(model, request);
  return transferStatus(model, request);
}

function malformed(model: Model, request: ModelRequest): number | null {
  const { method, depth, overwrite, badDestination, path } = request;
  if (isTransfer(request) && badDestination !== null) {
    return { "other host": 502, outside: 403, unclean: 400 }[badDestination];
  }
  const isKnown = depth === null || ["0", "1", "infinity"].includes(depth.toLowerCase());
  const isOneRefused = depth === "1" && (method === "COPY" || method === "LOCK");
  if (!isKnown || isOneRefused) return 400;
  if (overwrite !== null && !/^[tf]$/i.test(overwrite)) return 400;
  const takesAll = method === "DELETE" || method === "MOVE";
  return takesAll && !isDeep(request) && isCollectionAt(model, path) ? 400 : null;
}

function readStatus(model: Model, { path, ifMatch, ifNoneMatch }: ModelRequest): number {
  const node = model.nodes.get(path);
  if (node === undefined) return 404;
  if (node.body === null) return 405;
  const etag = etagOf(node.body);
  if (ifMatch !== null && !isNamed(ifMatch, etag)) return 412;
  return ifNoneMatch !== null && isNamed(ifNoneMatch, etag) ? 304 : 200;
}

/** Whether all conditions of a write hold (RFC 9110 §13.2.2, RFC 4918 §10.4). */
function holds(model: Model, request: ModelRequest, collectionEtag: CollectionEtag): boolean {
  const { path, ifMatch, ifNoneMatch, ifLists } = request;
  const etagAt = (at: string) => {
    const node = model.nodes.get(at);
    return node === undefined ? null : node.body === null ? collectionEtag(at) : etagOf(node.body);
  };
  const etag = etagAt(path);
  if (ifMatch !== null && (etag === null || !isNamed(ifMatch, etag))) return false;
  if (ifNoneMatch !== null && etag !== null && isNamed(ifNoneMatch, etag)) return false;
  if (ifLists.length === 0) return true;
  return ifLists.some((list) =>
    list.terms.every(({ kind, value, not }) => {
      const isSo =
        kind === "etag"
          ? etagAt(list.path) === value
          : locksOver(model, list.path).some(({ token }) => token === value);
      return isSo !== not;
    }),
  );
}

function isNamed(header: string, etag: string): boolean {
  return header === "*" || header.includes(`"${etag}"`);
}

function writeStatus(model: Model, request: ModelRequest, otherwise: number): number {
  const { path } = request;
  if (path === "") return 405;
  if (!hasParent(model, path)) return 409;
  const isFree = isOpen(model, model.nodes.has(path) ? path : parentOf(path), request);
  return isFree ? otherwise : 423;
}

function deleteStatus(model: Model, request: ModelRequest): number {
  const { path } = request;
  if (!model.nodes.has(path)) return 404;
  return isTreeOpen(model, path, request) && isParentOpen(model, path, request) ? 204 : 423;
}

function transferStatus(model: Model, request: ModelRequest): number {
  const { method, path, destination } = request;
  const replaced = model.nodes.get(destination);
  if (!model.nodes.has(path)) return 404;
  if (destination === "" || (replaced !== undefined && isAtOrBelow(path, destination))) return 403;
  const above = parentOf(destination);
  if (model.nodes.has(above) && isAtOrBelow(above, path)) return 403;
  if (!isCollectionAt(model, above)) return 409;
  if (replaced !== undefined && request.overwrite?.toUpperCase() === "F") return 412;
  const isDestinationOpen =
    replaced === undefined ? isOpen(model, above, request) : isTreeOpen(model, destination, request);
  const isSourceOpen = isTreeOpen(model, path, request) && isParentOpen(model, path, request);
  if (!isDestinationOpen || (method === "MOVE" && !isSourceOpen)) return 423;
  return replaced === undefined ? 201 : 204;
}

function lockStatus(model: Model, request: ModelRequest): number {
  const { path, shared } = request;
  const isThere = model.nodes.has(path);
  if (!isThere && !hasParent(model, path)) return 409;
  if (!isThere && !isOpen(model, parentOf(path), request)) return 423;
  const over = locksOver(model, path);
  const inReach = model.locks.filter(
    (lock) => over.includes(lock) || (isDeep(request) && isAtOrBelow(lock.path, path)),
  );
  if (inReach.some((lock) => !lock.shared || !shared)) return 423;
  return isThere ? 200 : 201;
}

function refreshStatus(model: Model, request: ModelRequest): number {
  return locksOver(model, request.path).some((lock) => isHeld(lock, request)) ? 200 : 412;
}

/** The owner's own key, who 0, ends anybody's lock. */
function unlockStatus(model: Model, { path, lockToken, who }: ModelRequest): number {
  const lock = locksOver(model, path).find(({ token }) => token === lockToken);
  if (lock === undefined) return 409;
  return lock.who === who || who === 0 ? 204 : 403;
}

function isHeld(lock: ModelLock, { who, ifLists }: ModelRequest): boolean {
  const isNamedHere = ifLists.some(({ terms }) =>
    terms.some(({ kind, value, not }) => kind === "token" && !not && value === lock.token),
  );
  return lock.who === who && isNamedHere;
}

/** Of several shared locks, one that is held is enough. */
function isOpen(model: Model, path: string, request: ModelRequest): boolean {
  const all = locksOver(model, path);
  return all.length === 0 || all.some((lock) => isHeld(lock, request));
}

function isParentOpen(model: Model, path: string, request: ModelRequest): boolean {
  return path === "" || isOpen(model, parentOf(path), request);
}

function isTreeOpen(model: Model, top: string, request: ModelRequest): boolean {
  return [...model.nodes.keys()]
    .filter((path) => isAtOrBelow(path, top))
    .every((path) => isOpen(model, path, request));
}
