import { type ModelMethod, type ModelRequest, plainRequest } from "../model/model-request.ts";

/** Few names, so that clients meet. `k` stays where it is: it can be listed while others write. */
export const paths = ["a", "b", "d", "d/a", "d/e", "d/e/a", "f", "k/a", "k/b", "k/c"] as const;
/** Collections that are never moved or deleted, so that a listing of several reads is of one place. */
export const listed = ["", "k"] as const;

/** What a client has learned; one principal writes, so that a lock of one client is another's, too. */
export interface Knowledge {
  readonly etagByPath: Map<string, string>;
  readonly pathByToken: Map<string, string>;
}

const weights: Readonly<Partial<Record<ModelMethod, number>>> = {
  PUT: 24,
  PATCH: 4,
  MKCOL: 6,
  DELETE: 7,
  COPY: 6,
  MOVE: 8,
  PROPPATCH: 6,
  LOCK: 3,
  UNLOCK: 4,
  GET: 16,
  HEAD: 3,
  PROPFIND: 30,
};
const methods = Object.entries(weights).flatMap(([method, weight]) =>
  Array.from({ length: weight }, () => method as ModelMethod),
);
const bodyBytes = [12, 12, 300, 5_000, 70_000];

/** Requests of one client, from a seed and what it has learned; no two bodies are the same. */
export function createRequests(client: number, random: () => number, knowledge: Knowledge) {
  let count = 0;
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const chance = (share: number) => random() < share;

  function conditions(path: string): Partial<ModelRequest> {
    const known = knowledge.etagByPath.get(path) ?? "none";
    const held = [...knowledge.pathByToken].filter(() => chance(0.6));
    return {
      ifMatch: chance(0.15) ? pick([`"${known}"`, "*"]) : null,
      ifNoneMatch: chance(0.15) ? pick([`"${known}"`, "*"]) : null,
      ifLists: held.map(([value, at]) => ({ path: at, terms: [{ kind: "token", value, not: false }] })),
    };
  }

  return (): ModelRequest => {
    const method = pick(methods);
    count += 1;
    const path: string = method === "PROPFIND" ? pick([...listed, ...listed, "d", "a", "k/a"]) : pick(paths);
    const request: ModelRequest = {
      ...plainRequest,
      method,
      path,
      destination: pick(paths.filter((one) => one !== path)),
      overwrite: pick([null, null, null, "F"]),
      body: `${client}-${count} `.padEnd(pick(bodyBytes), "abcdefg"),
      patchAt: chance(0.5) ? null : Math.floor(random() * 20),
    };
    if (method === "PROPFIND") {
      const isListing = listed.some((one) => one === path) && chance(0.8);
      return { ...request, depth: isListing ? "1" : "0" };
    }
    if (method === "GET" || method === "HEAD") {
      return {
        ...request,
        ifNoneMatch: chance(0.3) ? `"${knowledge.etagByPath.get(path) ?? "none"}"` : null,
      };
    }
    if (method === "PROPPATCH")
      return { ...request, set: new Map([[`p${count % 3}`, `v${client}-${count}`]]) };
    if (method === "LOCK") return { ...request, depth: pick(["0", null]), shared: chance(0.3) };
    if (method === "UNLOCK") {
      const [lockToken, at] = pick([
        ...knowledge.pathByToken,
        ["urn:uuid:00000000-0000-4000-8000-000000000000", path] as const,
      ]);
      return { ...request, lockToken, path: at };
    }
    return { ...request, ...conditions(path) };
  };
}

/** The same listing in forms an answer may be kept in: each has to be as fresh. */
export function listingHeaders(random: () => number): Readonly<Record<string, string>> {
  const forms: readonly Readonly<Record<string, string>>[] = [
    {},
    {},
    { "Accept-Encoding": "gzip" },
    { "Accept-Encoding": "br, gzip;q=0.5" },
    { Prefer: "return=minimal" },
    { Brief: "t" },
  ];
  return forms[Math.floor(random() * forms.length)] ?? {};
}
