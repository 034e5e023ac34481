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

/** The lock tokens a request submits, and who it acts for: a token helps only the one it was given to. */
export interface HeldLocks {
  readonly principal: string;
  readonly tokens: readonly string[];
}

/** Who writes, for what is kept of what the write removes; `leavesTrace: false` asks that nothing be kept. */
export interface WriteAuthor {
  readonly did: string;
  readonly leavesTrace: boolean;
}

/** Everything a write may be conditional on, as plain data, so that storage decides inside its transaction. */
export interface WriteConditions {
  readonly ifMatch?: EtagList;
  readonly ifNoneMatch?: EtagList;
  readonly ifUnmodifiedSinceMs?: number;
  readonly ifLists?: readonly IfList[];
  readonly held?: HeldLocks;
  readonly author?: WriteAuthor;
}

export interface ResourceFacts {
  readonly etag: string;
  readonly modifiedMs: number;
}

/** What an `If` list can say about an address: what is there, and which locks cover it. */
export interface ResourceState {
  readonly etag: string | null;
  readonly tokens: readonly string[];
}

const outOfSight: ResourceState = { etag: null, tokens: [] };

/** Whether a write may go ahead (RFC 9110 §13.2.2, RFC 4918 §10.4); `current` is null where nothing is there yet. */
export function mayWrite(
  current: ResourceFacts | null,
  conditions: WriteConditions,
  stateOf: (place: Place | "own") => ResourceState,
): boolean {
  const { ifMatch, ifNoneMatch, ifUnmodifiedSinceMs, ifLists } = conditions;
  if (ifMatch !== undefined) {
    if (!isNamed(current, ifMatch)) return false;
  } else if (ifUnmodifiedSinceMs !== undefined && current !== null) {
    if (wholeSeconds(current.modifiedMs) > ifUnmodifiedSinceMs) return false;
  }
  if (ifNoneMatch !== undefined && isNamed(current, ifNoneMatch)) return false;
  if (ifLists === undefined) return true;
  return ifLists.some(({ place, terms }) => {
    const state = place === "out_of_sight" ? outOfSight : stateOf(place);
    return terms.every((term) => isTrue(term, state));
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

function isTrue({ kind, value, not }: IfTerm, state: ResourceState): boolean {
  const matches = kind === "etag" ? state.etag === value : state.tokens.includes(value);
  return matches !== not;
}
