import { applied } from "../model/apply-request.ts";
import type { ModelMethod, ModelRequest } from "../model/model-request.ts";
import { statusOf } from "../model/model-status.ts";
import type { Seen } from "../model/observe.ts";
import { propertyXml } from "../model/send-request.ts";
import { etagOf, isAtOrBelow, locksOver, type Model, parentOf } from "../model/tree-model.ts";
import { paths } from "./client-requests.ts";
import type { Operation } from "./linearise.ts";

/** One request and its answer, with when it was sent and when the answer was whole. */
export interface Exchange {
  readonly client: number;
  readonly request: ModelRequest;
  readonly startMs: number;
  readonly endMs: number;
  readonly status: number;
  readonly etag: string;
  /** The lock that was taken. */
  readonly token: string;
  readonly text: string;
  /** What a PROPFIND showed, by path. */
  readonly seen: ReadonlyMap<string, Seen> | null;
}

/** No condition here names a collection's ETag. */
const neverNamed = () => "";

/** What the answer claims, as operations on the model. A listing claims one thing of each name, each for itself. */
export function explain(
  exchange: Exchange,
  _index: number,
  all: readonly Exchange[],
): readonly Operation<Model>[] {
  const { request, seen, status } = exchange;
  if (seen === null || status !== 207) return [operation(exchange, "", (model) => after(model, exchange))];
  const { path, depth } = request;
  const names = depth === "1" ? paths.filter((one) => parentOf(one) === path) : [];
  const extra = [...seen.keys()].filter((one) => one !== path && !names.some((name) => name === one));
  return [path, ...names, ...extra].flatMap((one) => claims(exchange, one, seen.get(one), all));
}

/** Whether another resource may have come to the path, or the path to another resource, while the exchange ran. */
function mayBeReplaced(path: string, { startMs, endMs }: Exchange, all: readonly Exchange[]): boolean {
  return all.some(({ request, status, ...other }) => {
    const isTree = ["DELETE", "MOVE", "COPY"].includes(request.method);
    if (!isTree || status >= 300 || other.endMs < startMs || other.startMs > endMs) return false;
    const isDestination = request.method !== "DELETE" && isAtOrBelow(path, request.destination);
    return isDestination || isAtOrBelow(path, request.path);
  });
}

function operation(
  { client, request, startMs, endMs, status }: Exchange,
  about: string,
  next: (model: Model) => Model | null,
): Operation<Model> {
  const { method, path, destination, ifMatch, ifNoneMatch } = request;
  const more = [method === "COPY" || method === "MOVE" ? `to ${destination}` : "", about]
    .concat([ifMatch === null ? "" : `if ${ifMatch}`, ifNoneMatch === null ? "" : `if none ${ifNoneMatch}`])
    .filter((part) => part !== "");
  const body = method === "PUT" || method === "PATCH" ? request.body.slice(0, 8) : "";
  const at = `${startMs.toFixed(1)}–${endMs.toFixed(1)}`;
  return { told: [at, `#${client}`, method, path, ...more, body, status].join(" "), startMs, endMs, next };
}

function after(model: Model, { request, status, token, etag, text }: Exchange): Model | null {
  const expected = statusOf(model, request, neverNamed);
  // A collection that came after the first look refuses by its conditions first.
  const isLate = expected === 405 && status === 412;
  if (expected !== status && !isLate) return null;
  if (status >= 300) return model;
  const { method, path } = request;
  const next = applied(model, request, token).model;
  const body = next.nodes.get(path)?.body;
  if (body == null) return next;
  if (method === "GET") return text === body && etag === `"${etagOf(body)}"` ? model : null;
  const hasEtag = method === "PUT" || method === "PATCH" || method === "HEAD";
  return hasEtag && etag !== `"${etagOf(body)}"` ? null : next;
}

/** Rows, properties and locks may be read one after the other: what they say together is left out where paths change hands. */
function claims(
  exchange: Exchange,
  path: string,
  found: Seen | undefined,
  all: readonly Exchange[],
): readonly Operation<Model>[] {
  const claim = (about: string, isSo: (model: Model) => boolean) =>
    operation(exchange, `${path || "top"} ${about}`, (model) => (isSo(model) ? model : null));
  if (found === undefined) return [claim("absent", ({ nodes }) => !nodes.has(path))];
  const isNode = ({ nodes }: Model) => {
    const node = nodes.get(path);
    if (node === undefined || found.isCollection !== (node.body === null)) return false;
    return node.body === null || (found.etag === etagOf(node.body) && found.size === node.body.length);
  };
  const hasProperties = ({ nodes }: Model) => {
    const properties = nodes.get(path)?.properties;
    if (properties === undefined) return found.properties.length === 0;
    return (
      [...properties]
        .map(([name, value]) => propertyXml(name, value))
        .sort()
        .join() === found.properties.join()
    );
  };
  const hasLocks = (model: Model) =>
    locksOver(model, path)
      .map(({ token }) => token)
      .sort()
      .join() === found.tokens.join();
  const what = found.isCollection ? "collection" : found.etag.slice(0, 8);
  if (mayBeReplaced(path, exchange, all)) return [claim(what, isNode)];
  return [
    claim(what, isNode),
    claim(`properties ${found.properties.length}`, hasProperties),
    claim(`locks ${found.tokens.length}`, hasLocks),
  ];
}

/** Whether a method, when it succeeds, changes what is there. */
export function isWrite(method: ModelMethod): boolean {
  return ["PUT", "PATCH", "MKCOL", "DELETE", "COPY", "MOVE", "PROPPATCH"].includes(method);
}

const hashByBody = new WeakMap<object, string>();

/** Two states with one key have the same future. */
export function keyOf(model: Model): string {
  const { nodes, locks } = model;
  const parts = [...nodes].map(([path, node]) => {
    const known = hashByBody.get(node);
    const hash = known ?? (node.body === null ? "" : etagOf(node.body));
    if (known === undefined) hashByBody.set(node, hash);
    return `${path} ${hash} ${[...node.properties].sort().join(";")}`;
  });
  return [...parts.sort(), ...locks.map(({ token, path }) => `${token} ${path}`).sort()].join("\n");
}

/**
 * A collection's ETag that was seen twice although something below it was changed and answered in between; null: there
 * is none. Only of what is never moved: another collection may come to an address with an ETag it had before.
 */
export function repeatedEtag(exchanges: readonly Exchange[], top: string): string | null {
  const byEtag = new Map<string, { firstEndMs: number; lastStartMs: number }>();
  for (const { seen, startMs, endMs } of exchanges) {
    const etag = seen?.get(top)?.etag;
    if (etag === undefined) continue;
    const { firstEndMs = endMs, lastStartMs = startMs } = byEtag.get(etag) ?? {};
    byEtag.set(etag, {
      firstEndMs: Math.min(firstEndMs, endMs),
      lastStartMs: Math.max(lastStartMs, startMs),
    });
  }
  const isBelow = (path: string) => top === "" || path.startsWith(`${top}/`);
  for (const [etag, { firstEndMs, lastStartMs }] of byEtag) {
    for (const { request, status, startMs, endMs } of exchanges) {
      const { method, path, destination } = request;
      const isTouched =
        isBelow(method === "COPY" ? destination : path) || (method === "MOVE" && isBelow(destination));
      if (!isWrite(method) || status >= 300 || !isTouched) continue;
      if (startMs > firstEndMs && endMs < lastStartMs) {
        return `${top || "top"} has the ETag ${etag} before and after ${method} ${path} (${startMs.toFixed(1)}–${endMs.toFixed(1)})`;
      }
    }
  }
  return null;
}
