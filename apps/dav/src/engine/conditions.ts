import type { Place } from "../tree/place.ts";

/** What a conditional header names: any current representation, or these strong tags. */
export type EtagList = "*" | readonly string[];

/** One `[Not] <token>` or `[Not] ["etag"]` of an `If` header (RFC 4918 §10.4). */
export interface IfTerm {
  readonly not: boolean;
  readonly kind: "token" | "etag";
  readonly value: string;
}

/** One parenthesised list, all of whose terms must hold, about the request's own resource, another, or one out of sight. */
export interface IfList {
  readonly place: Place | "own" | "out_of_sight";
  readonly terms: readonly IfTerm[];
}

/** Everything a write may be conditional on, as plain data, so that storage decides inside its transaction. */
export interface WriteConditions {
  readonly ifMatch?: EtagList;
  readonly ifNoneMatch?: EtagList;
  readonly ifUnmodifiedSinceMs?: number;
  readonly ifLists?: readonly IfList[];
}

export interface ResourceFacts {
  readonly etag: string;
  readonly modifiedMs: number;
}

/** Whether a write may go ahead (RFC 9110 §13.2.2, RFC 4918 §10.4); `current` is null where nothing is there yet. */
export function mayWrite(
  current: ResourceFacts | null,
  conditions: WriteConditions,
  lookUp: (place: Place) => ResourceFacts | null,
): boolean {
  const { ifMatch, ifNoneMatch, ifUnmodifiedSinceMs, ifLists } = conditions;
  if (ifMatch !== undefined) {
    if (!isNamed(current, ifMatch)) return false;
  } else if (ifUnmodifiedSinceMs !== undefined && current !== null) {
    if (wholeSeconds(current.modifiedMs) > ifUnmodifiedSinceMs) return false;
  }
  if (ifNoneMatch !== undefined && isNamed(current, ifNoneMatch)) return false;
  if (ifLists === undefined) return true;
  return ifLists.some((list) => {
    if (list.place === "own") return holds(list, current);
    return holds(list, list.place === "out_of_sight" ? null : lookUp(list.place));
  });
}

export function isNamed(current: ResourceFacts | null, tags: EtagList): boolean {
  if (current === null) return false;
  return tags === "*" || tags.includes(current.etag);
}

/** HTTP dates carry seconds only: compare what a client can have seen. */
export function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

function holds(list: IfList, facts: ResourceFacts | null): boolean {
  return list.terms.every((term) => {
    // No resource is locked here, so no state token matches; `Not <DAV:no-lock>` is the usual "in any case".
    const matches = term.kind === "etag" && facts !== null && facts.etag === term.value;
    return matches !== term.not;
  });
}
