import { canonicalAudience } from "./audience.ts";
import type { UcanCode } from "./codes.ts";
import { maxChainLength, maxDelegationLifeSec, maxInvocationLifeSec, notBeforeLeewaySec } from "./limits.ts";
import { type DecodedToken, decodeToken } from "./token.ts";

/** An invocation and the delegations it rests on, leaf first, root last. */
export interface Chain {
  readonly leaf: DecodedToken;
  readonly root: DecodedToken;
  readonly tokens: readonly DecodedToken[];
}

export type DecodedChain =
  | { readonly ok: true; readonly chain: Chain }
  | { readonly ok: false; readonly code: UcanCode };

/** Takes a token and its proofs apart; one proof each, so the walk is a line and its cost is linear. */
export function decodeChain(text: string): DecodedChain {
  const tokens: DecodedToken[] = [];
  for (let next: string | null = text; next !== null; ) {
    if (tokens.length === maxChainLength) return { ok: false, code: "too_deep" };
    const decoded = decodeToken(next);
    if (!decoded.ok) return decoded;
    tokens.push(decoded.token);
    next = decoded.token.proof;
  }
  const [leaf, root] = [tokens[0], tokens.at(-1)];
  if (leaf === undefined || root === undefined) return { ok: false, code: "missing" };
  return { ok: true, chain: { leaf, root, tokens } };
}

/** What can be said of a chain without keys or storage: audience, then time, then links. */
export function chainProblem(
  { leaf, tokens }: Chain,
  audiences: ReadonlySet<string>,
  nowSec: number,
): UcanCode | null {
  if (!audiences.has(canonicalAudience(leaf.audience))) return "wrong_audience";
  for (const token of tokens) {
    const problem = timeProblem(token, nowSec, token === leaf);
    if (problem !== null) return problem;
  }
  return boundsProblem(tokens) ?? linkProblem(tokens);
}

function timeProblem(token: DecodedToken, nowSec: number, isInvocation: boolean): UcanCode | null {
  const { expiresAtSec, notBeforeSec } = token;
  const maxLifeSec = isInvocation ? maxInvocationLifeSec : maxDelegationLifeSec;
  if (expiresAtSec <= nowSec) return "expired";
  if (expiresAtSec > nowSec + maxLifeSec) return "lifetime_too_long";
  if (notBeforeSec === null) return null;
  if (!isInvocation) return "time_bounds";
  return notBeforeSec > nowSec + notBeforeLeewaySec ? "not_yet_valid" : null;
}

function boundsProblem(tokens: readonly DecodedToken[]): UcanCode | null {
  const outlives = tokens.some((token, index) => {
    const proof = tokens[index + 1];
    return proof !== undefined && token.expiresAtSec > proof.expiresAtSec;
  });
  return outlives ? "time_bounds" : null;
}

function linkProblem(tokens: readonly DecodedToken[]): UcanCode | null {
  const broken = tokens.some((token, index) => {
    const proof = tokens[index + 1];
    return proof !== undefined && proof.audience !== token.issuer.did;
  });
  return broken ? "broken_chain" : null;
}
