import { type ModelIfList, type ModelMethod, type ModelRequest, plainRequest } from "./model-request.ts";
import type { CollectionEtag } from "./model-status.ts";
import { etagOf, isCollectionAt, type Model, parentOf } from "./tree-model.ts";

/** Random numbers that become a request once the tree is known: a run can be repeated with some of them left out. */
export type Attempt = readonly number[];

/** How often each method comes. */
export type Weights = Readonly<Partial<Record<ModelMethod, number>>>;

const numbersPerAttempt = 40;

export function createAttempts(random: () => number, count: number): readonly Attempt[] {
  return Array.from({ length: count }, () => Array.from({ length: numbersPerAttempt }, random));
}

export interface Alphabet {
  readonly names: readonly string[];
  readonly maxDepth: number;
  readonly maxNodes: number;
  readonly maxLocks: number;
  readonly principals: number;
  readonly bodyBytes: readonly number[];
  readonly weights: Weights;
  /** Whether requests that make no sense come, too. */
  readonly isOdd: boolean;
}

/** The request an attempt makes of a tree; `collectionEtag` is what the server said last. */
export function resolveAttempt(
  attempt: Attempt,
  model: Model,
  { alphabet, collectionEtag }: { readonly alphabet: Alphabet; readonly collectionEtag: CollectionEtag },
): ModelRequest {
  const dice = createDice(attempt);
  const method = methodOf(dice.next(), model, alphabet);
  const path = somePath(dice, model, { alphabet, newShare: newShareByMethod[method] ?? 0.08 });
  const destination = somePath(dice, model, { alphabet, newShare: 0.6 });
  const isOdd = alphabet.isOdd && dice.chance(0.05);
  const isTouched = dice.chance(0.2) && (method === "PUT" || method === "PROPPATCH");
  const request: ModelRequest = {
    ...plainRequest,
    method,
    path,
    slash: dice.chance(0.1),
    who: dice.whole(alphabet.principals),
    destination: dice.chance(0.05) ? parentOf(path) : destination,
    badDestination: isOdd ? dice.pick(["other host", "outside", "unclean"]) : null,
    depth: depthFor(method, dice.next(), isOdd),
    overwrite: dice.pick([null, null, null, "T", "F", "f", isOdd ? "X" : "t"]),
    body: `${dice.whole(1e6)} `.padEnd(dice.pick(alphabet.bodyBytes), "0123456789abcdef"),
    patchAt: dice.chance(0.4) ? null : dice.whole(400),
    modifiedSec: isTouched ? 1_000_000_000 + dice.whole(5e8) : null,
    ...propertiesFor(method, dice),
    isRefresh: method === "LOCK" && dice.chance(0.25),
    shared: dice.chance(0.5),
    ...conditionsFor(dice, model, { method, path, collectionEtag }),
  };
  return method === "UNLOCK" ? unlocking(request, dice, model) : request;
}

interface Dice {
  next(): number;
  pick<Item>(items: readonly Item[]): Item;
  chance(share: number): boolean;
  whole(below: number): number;
}

function createDice(attempt: Attempt): Dice {
  let at = 0;
  const next = () => attempt[at++ % attempt.length] ?? 0;
  return {
    next,
    pick: <Item>(items: readonly Item[]) => items[Math.floor(next() * items.length)] as Item,
    chance: (share) => next() < share,
    whole: (below) => Math.floor(next() * below),
  };
}

/** How often the address is one where nothing is yet. */
const newShareByMethod: Readonly<Partial<Record<ModelMethod, number>>> = { PUT: 0.5, MKCOL: 0.9, LOCK: 0.3 };

function somePath(
  dice: Dice,
  model: Model,
  { alphabet, newShare }: { readonly alphabet: Alphabet; readonly newShare: number },
): string {
  const known = [...model.nodes.keys()];
  if (!dice.chance(newShare)) return dice.pick(known);
  const isPossible = dice.chance(0.8);
  const parent = dice.pick(isPossible ? known.filter((path) => isCollectionAt(model, path)) : known);
  const between = dice.chance(0.1) ? [dice.pick(alphabet.names)] : [];
  const names = [...(parent === "" ? [] : parent.split("/")), ...between, dice.pick(alphabet.names)];
  return names.slice(0, alphabet.maxDepth).join("/");
}

function conditionsFor(
  dice: Dice,
  model: Model,
  {
    method,
    path,
    collectionEtag,
  }: { readonly method: ModelMethod; readonly path: string; readonly collectionEtag: CollectionEtag },
): Pick<ModelRequest, "ifMatch" | "ifNoneMatch" | "ifLists"> {
  const etagAt = (one: string) => {
    const node = model.nodes.get(one);
    return node === undefined ? "none" : node.body === null ? collectionEtag(one) : etagOf(node.body);
  };
  const tags = () => dice.pick(["*", `"${etagAt(path)}"`, '"other"', `"other", "${etagAt(path)}"`]);
  const ifMatch = dice.chance(0.08) ? tags() : null;
  const ifNoneMatch = dice.chance(0.08) ? tags() : null;
  if (["GET", "HEAD", "PROPFIND"].includes(method)) return { ifMatch, ifNoneMatch, ifLists: [] };
  const ifLists: ModelIfList[] = model.locks
    .filter(() => dice.chance(0.8))
    .map(({ path: locked, token }) => ({
      path: locked,
      terms: [{ kind: "token", value: token, not: false }],
    }));
  if (dice.chance(0.15)) {
    const about = dice.chance(0.7) ? path : dice.pick([...model.nodes.keys()]);
    const value = dice.chance(0.6) ? etagAt(about) : "other";
    const list = { path: about, terms: [{ kind: "etag" as const, value, not: dice.chance(0.3) }] };
    ifLists.splice(dice.whole(ifLists.length + 1), dice.chance(0.5) ? ifLists.length : 0, list);
  }
  return { ifMatch, ifNoneMatch, ifLists };
}

function propertiesFor(
  method: ModelMethod,
  dice: Dice,
): Pick<ModelRequest, "set" | "remove" | "isProtected"> {
  const isPatch = method === "PROPPATCH";
  const count = isPatch ? dice.whole(3) : method === "MKCOL" && dice.chance(0.2) ? 1 : 0;
  const names = Array.from({ length: count }, (_, index) => `p${index + dice.whole(2)}`);
  const set = new Map(names.map((name) => [name, `v${dice.whole(99)} é`]));
  const remove = isPatch && (dice.chance(0.3) || count === 0) ? [`p${dice.whole(4)}`] : [];
  return { set, remove, isProtected: dice.chance(0.1) };
}

/** Mostly a lock that there is, named where it was taken. */
function unlocking(request: ModelRequest, dice: Dice, model: Model): ModelRequest {
  const noLock = "urn:uuid:00000000-0000-4000-8000-000000000000";
  const lock = model.locks.length > 0 && dice.chance(0.9) ? dice.pick(model.locks) : null;
  if (lock === null) return { ...request, lockToken: noLock };
  return { ...request, lockToken: lock.token, path: dice.chance(0.8) ? lock.path : request.path };
}

function methodOf(value: number, model: Model, { weights, maxNodes, maxLocks }: Alphabet): ModelMethod {
  // Too many of them make every step slow and say nothing new.
  if (model.nodes.size > maxNodes) return value < 0.8 ? "DELETE" : "MOVE";
  if (model.locks.length > maxLocks) return "UNLOCK";
  const entries = Object.entries(weights) as [ModelMethod, number][];
  let left = value * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [method, weight] of entries) {
    left -= weight;
    if (left < 0) return method;
  }
  return "GET";
}

function depthFor(method: ModelMethod, value: number, isOdd: boolean): string | null {
  if (isOdd && value < 0.5) return value < 0.25 ? "2" : "1";
  const choices: Readonly<Partial<Record<ModelMethod, readonly (string | null)[]>>> = {
    PROPFIND: ["0", "1", "infinity", null],
    COPY: ["0", "infinity", null, null],
    LOCK: ["0", "infinity", null],
    DELETE: [null, "infinity", null, "0"],
    MOVE: [null, "Infinity", null, null, null, "1"],
  };
  const own = choices[method] ?? [null];
  return own[Math.floor(value * own.length)] ?? null;
}
