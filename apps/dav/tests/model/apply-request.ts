import { isDeep, type ModelRequest } from "./model-request.ts";
import { emptyCollection, type Model, withCopy, withMove, withNode, withoutTree } from "./tree-model.ts";

/** What a request that succeeded did. */
export interface Effect {
  readonly model: Model;
  /** Addresses whose collections above have changed. */
  readonly touched: readonly string[];
}

/** The tree after a request that succeeded; `token` is the lock it took. */
export function applied(model: Model, request: ModelRequest, token: string): Effect {
  const { method, path, destination } = request;
  if (method === "PUT") return { model: written(model, request), touched: [path] };
  if (method === "PATCH") return { model: patchedFile(model, request), touched: [path] };
  if (method === "MKCOL") {
    const node = { ...emptyCollection, properties: new Map(request.set) };
    return { model: withNode(model, path, node), touched: [path] };
  }
  if (method === "DELETE") return { model: withoutTree(model, path), touched: [path] };
  if (method === "PROPPATCH") return patched(model, request);
  if (method === "LOCK" && !request.isRefresh) return locked(model, request, token);
  if (method === "UNLOCK") {
    const locks = model.locks.filter((lock) => lock.token !== request.lockToken);
    return { model: { ...model, locks }, touched: [] };
  }
  const transfer = { from: path, to: destination, shallow: request.depth === "0" };
  if (method === "COPY") return { model: withCopy(model, transfer), touched: [destination] };
  if (method === "MOVE") return { model: withMove(model, transfer), touched: [path, destination] };
  return { model, touched: [] };
}

function written(model: Model, { path, body, modifiedSec }: ModelRequest): Model {
  const properties = model.nodes.get(path)?.properties ?? new Map();
  return withNode(model, path, { body, properties, modifiedSec });
}

/** What lies between the old end and the offset becomes zero bytes. */
function patchedFile(model: Model, { path, body, patchAt }: ModelRequest): Model {
  const node = model.nodes.get(path) ?? emptyCollection;
  const old = node.body ?? "";
  const at = patchAt ?? old.length;
  const whole = old.slice(0, at).padEnd(at, "\0") + body + old.slice(at + body.length);
  return withNode(model, path, { ...node, body: whole, modifiedSec: null });
}

function patched(model: Model, { path, set, remove, isProtected, modifiedSec }: ModelRequest): Effect {
  const node = model.nodes.get(path);
  if (node === undefined || isProtected) return { model, touched: [] };
  const properties = new Map([...node.properties, ...set]);
  for (const name of remove) properties.delete(name);
  const after = { ...node, properties, modifiedSec: modifiedSec ?? node.modifiedSec };
  return { model: withNode(model, path, after), touched: [path] };
}

function locked(model: Model, request: ModelRequest, token: string): Effect {
  const { path, who, shared } = request;
  const isNew = !model.nodes.has(path);
  const there = isNew ? withNode(model, path, { ...emptyCollection, body: "" }) : model;
  const lock = { token, who, path, deep: isDeep(request), shared };
  return { model: { ...there, locks: [...there.locks, lock] }, touched: isNew ? [path] : [] };
}
