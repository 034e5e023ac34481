import { canonicalAudience } from "./audience.ts";
import type { UcanCode } from "./codes.ts";
import { maxChainLength, maxDelegationLifeSec, notBeforeLeewaySec } from "./limits.ts";
import type { ExpiringLru } from "./lru.ts";
import { type DecodedToken, decodeToken } from "./token.ts";
import type { TokenCrypto } from "./token-crypto.ts";

/** A token of a chain with its id: SHA-256 of `header.payload`, which a revocation names. */
export interface Link extends DecodedToken {
  readonly tokenId: string;
}

/** An invocation and the delegations it rests on, leaf first, root last. */
export interface Chain {
  readonly leaf: Link;
  readonly root: Link;
  readonly links: readonly Link[];
  /** Links from this index on were verified before: their signatures hold. */
  readonly verifiedFrom: number;
}

/** Proofs whose signatures hold, down to their root, by the SHA-256 of their whole text. */
export type ProofCache = ExpiringLru<readonly Link[]>;

export type ReadChain =
  | { readonly ok: true; readonly chain: Chain }
  | { readonly ok: false; readonly code: UcanCode };

/** Takes a token and its proofs apart; one proof each and 8,192 characters in all, so the walk is a short line. */
export async function readChain(
  text: string,
  tools: { readonly crypto: TokenCrypto; readonly proofs: ProofCache; readonly nowSec: number },
): Promise<ReadChain> {
  const links: Link[] = [];
  let known: readonly Link[] = [];
  for (let next: string | null = text; next !== null; ) {
    known = links.length === 0 ? [] : await verifiedLinks(next, tools);
    if (known.length > 0) break;
    const decoded = decodeToken(next);
    if (!decoded.ok) return decoded;
    links.push({ ...decoded.token, tokenId: await tools.crypto.sha256(decoded.token.signedText) });
    next = decoded.token.proof;
  }
  const all = [...links, ...known];
  const [leaf, root] = [all[0], all.at(-1)];
  if (leaf === undefined || root === undefined) return { ok: false, code: "missing" };
  if (all.length > maxChainLength) return { ok: false, code: "too_deep" };
  return { ok: true, chain: { leaf, root, links: all, verifiedFrom: links.length } };
}

async function verifiedLinks(
  text: string,
  tools: { readonly crypto: TokenCrypto; readonly proofs: ProofCache; readonly nowSec: number },
): Promise<readonly Link[]> {
  return tools.proofs.get(await tools.crypto.sha256(text), tools.nowSec) ?? [];
}

/** What can be said of a chain without keys or storage: audience, then time, then links. */
export function chainProblem(
  { leaf, links }: Chain,
  terms: {
    readonly audiences: ReadonlySet<string>;
    readonly nowSec: number;
    readonly maxInvocationLifeSec: number;
  },
): UcanCode | null {
  if (!terms.audiences.has(canonicalAudience(leaf.audience))) return "wrong_audience";
  for (const token of links) {
    const problem = timeProblem(token, terms.nowSec, token === leaf ? terms.maxInvocationLifeSec : null);
    if (problem !== null) return problem;
  }
  return boundsProblem(links) ?? linkProblem(links);
}

/** `maxInvocationLifeSec` is null for a delegation. */
function timeProblem(
  { expiresAtSec, notBeforeSec }: DecodedToken,
  nowSec: number,
  maxInvocationLifeSec: number | null,
): UcanCode | null {
  if (expiresAtSec <= nowSec) return "expired";
  if (expiresAtSec > nowSec + (maxInvocationLifeSec ?? maxDelegationLifeSec)) return "lifetime_too_long";
  if (notBeforeSec === null) return null;
  if (maxInvocationLifeSec === null) return "time_bounds";
  return notBeforeSec > nowSec + notBeforeLeewaySec ? "not_yet_valid" : null;
}

function boundsProblem(tokens: readonly DecodedToken[]): UcanCode | null {
  const outlives = tokens.some((token, index) => {
    const proof = tokens[index + 1];
    return proof !== undefined && token.expiresAtSec > proof.expiresAtSec;
  });
  return outlives ? "time_bounds" : null;
}

/** Whether each proof is for the issuer of its child. */
export function linkProblem(tokens: readonly DecodedToken[]): UcanCode | null {
  const broken = tokens.some((token, index) => {
    const proof = tokens[index + 1];
    // What is bound to one request delegates nothing.
    return proof !== undefined && (proof.audience !== token.issuer.did || proof.binding !== null);
  });
  return broken ? "broken_chain" : null;
}
