import type { Clock } from "../clock/index.ts";
import { canonicalAudience } from "./audience.ts";
import type { TokenBinding, TokenUse } from "./binding.ts";
import {
  type Capability,
  covers,
  type Grant,
  grantToCapability,
  intersectGrants,
  namesItsResource,
  parseGrant,
} from "./capability.ts";
import { type Chain, chainProblem, type Link, type ProofCache, readChain } from "./chain.ts";
import type { UcanCode } from "./codes.ts";
import { maxInvocationLifeSec as defaultInvocationLifeSec, maxTokenChars } from "./limits.ts";
import { createExpiringLru } from "./lru.ts";
import { createWebTokenCrypto, type TokenCrypto } from "./token-crypto.ts";

/** Who calls, on whose behalf, and what they may do: the result of a verified token. */
export interface Principal {
  /** The owner key the chain begins with: names the account. */
  readonly rootDid: string;
  /** The key that signed the invocation: names the device. */
  readonly invokerDid: string;
  /** The intersection of all capabilities down the chain. */
  readonly grants: readonly Capability[];
  readonly expiresAtSec: number;
  /** SHA-256 of `header.payload`: the name a revocation uses. */
  readonly tokenId: string;
  /** Token ids from the invocation to the root delegation. */
  readonly chainIds: readonly string[];
  /** Tokens in the chain, the invocation included. */
  readonly depth: number;
  readonly cache: "hit" | "proofs" | "cold";
}

export type Verified =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false; readonly code: UcanCode };

export interface Verifier {
  /**
   * Never throws for what is in the token; rejects only when `isOwner`, `isRevoked` or `spend` does. One that is bound to a
   * request (facts `htm`, `htu`, `once`) is refused without `use`, with one it does not name, and when it was spent; it is
   * never kept.
   */
  verify(token: string, use?: TokenUse): Promise<Verified>;
  /**
   * `verify` without waiting, for a token verified a short while ago: null when it has to be verified. What may have
   * changed since (expiry, owner, revocation) is asked as ever. Throws when `isOwner` or `isRevoked` does.
   */
  recall(token: string): Verified | null;
}

/** What may have been revoked of a chain: any of its tokens, and, for this root only, any of its keys. */
export interface RevocationQuery {
  readonly rootDid: string;
  /** From the invocation to the root delegation; the first stands for the whole chain. */
  readonly tokenIds: readonly string[];
  readonly issuerDids: readonly string[];
}

export interface VerifierOptions {
  readonly audiences: readonly string[];
  /** Asked on every request, also for tokens that are cached. */
  isOwner(did: string): boolean | Promise<boolean>;
  /** Asked once on every request, also for tokens that are cached. */
  isRevoked(query: RevocationQuery): boolean | Promise<boolean>;
  readonly clock: Clock;
  /** How long an invocation may live; an hour, but `maxStoredLifeSec` for those the server itself keeps. */
  readonly maxInvocationLifeSec?: number;
  /** Verified tokens and verified proofs kept, each; 4,096 by default. */
  readonly maxCached?: number;
  /** WebCrypto by default; `createNodeTokenCrypto()` of `@relite/core/node` is quicker on servers. */
  readonly crypto?: TokenCrypto;
}

interface Known {
  readonly principal: Principal;
  readonly issuerDids: readonly string[];
}

/** Tokens kept as they are, beside their hashes: 2 MiB of them at most. */
const maxRecalled = 256;

/**
 * The one walk that turns a token into a principal. Order: size, structure, audience, time, links,
 * owner known, revocation, signatures (root first), attenuation.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const { clock, maxCached = 4_096, crypto = createWebTokenCrypto() } = options;
  const { maxInvocationLifeSec = defaultInvocationLifeSec } = options;
  const audiences = new Set(options.audiences.map(canonicalAudience));
  const knownByToken = createExpiringLru<Known>(maxCached);
  const proofs: ProofCache = createExpiringLru(maxCached);
  const knownByText = createExpiringLru<Known>(Math.min(maxCached, maxRecalled));

  return {
    recall: (token) => {
      const known = knownByText.get(token, clock.nowMs() / 1_000);
      const problem = known === undefined ? undefined : standingProblemNow(options, known);
      if (known === undefined || problem === undefined) return null;
      return problem === null ? accept(known.principal) : refuse(problem);
    },
    verify: async (token, use) => {
      if (token.length === 0) return refuse("missing");
      if (token.length > maxTokenChars) return refuse("too_large");
      const nowSec = clock.nowMs() / 1_000;
      const tokenKey = await crypto.sha256(token);
      const cached = knownByToken.get(tokenKey, nowSec);
      if (cached !== undefined) {
        const problem = await standingProblem(options, cached);
        if (problem !== null) return refuse(problem);
        knownByText.set(token, cached, cached.principal.expiresAtSec);
        return accept(cached.principal);
      }
      const read = await readChain(token, { crypto, proofs, nowSec });
      if (!read.ok) return refuse(read.code);
      const { chain } = read;
      const early = chainProblem(chain, { audiences, nowSec, maxInvocationLifeSec });
      if (early !== null) return refuse(early);
      const known = describe(chain);
      const standing = await standingProblem(options, known);
      if (standing !== null) return refuse(standing);
      if (!(await hasGoodSignatures(chain, { crypto, proofs }))) return refuse("bad_signature");
      const grants = effectiveGrants(chain.links).map(grantToCapability);
      const principal: Principal = { ...known.principal, grants };
      const { binding } = chain.leaf;
      if (binding !== null) {
        const problem = await bindingProblem(binding, principal, use);
        return problem === null ? accept(principal) : refuse(problem);
      }
      const hit: Principal = { ...principal, cache: "hit" };
      knownByToken.set(tokenKey, { ...known, principal: hit }, chain.leaf.expiresAtSec);
      return accept(principal);
    },
  };
}

/** Whether a principal may do `needed`. */
export function isAllowed(principal: Pick<Principal, "grants">, needed: Capability): boolean {
  return principal.grants.some((grant) => covers(grant, needed));
}

function describe({ leaf, root, links, verifiedFrom }: Chain): Known {
  return {
    issuerDids: [...new Set(links.map((link) => link.issuer.did))],
    principal: {
      rootDid: root.issuer.did,
      invokerDid: leaf.issuer.did,
      grants: [],
      expiresAtSec: leaf.expiresAtSec,
      tokenId: leaf.tokenId,
      chainIds: links.map((link) => link.tokenId),
      depth: links.length,
      cache: verifiedFrom < links.length ? "proofs" : "cold",
    },
  };
}

/** Last of all, for it uses the token up. */
async function bindingProblem(
  { method, url, once }: TokenBinding,
  principal: Principal,
  use: TokenUse | undefined,
): Promise<UcanCode | null> {
  if (use === undefined || (method !== null && method !== use.method)) return "insufficient";
  if (url !== null && !use.isUrl(url)) return "insufficient";
  return once && !(await use.spend(principal)) ? "replayed" : null;
}

/** What may change while a token lives: the owner's enrolment, and revocations. */
async function standingProblem(
  { isOwner, isRevoked }: VerifierOptions,
  { principal, issuerDids }: Known,
): Promise<UcanCode | null> {
  if (!(await isOwner(principal.rootDid))) return "unknown_root";
  const { rootDid, chainIds: tokenIds } = principal;
  return (await isRevoked({ rootDid, tokenIds, issuerDids })) ? "revoked" : null;
}

/** As `standingProblem`, where both answer at once; undefined where one does not. */
function standingProblemNow(
  { isOwner, isRevoked }: VerifierOptions,
  { principal, issuerDids }: Known,
): UcanCode | null | undefined {
  const { rootDid, chainIds: tokenIds } = principal;
  const owns = isOwner(rootDid);
  if (owns === false) return "unknown_root";
  if (owns !== true) return undefined;
  const revoked = isRevoked({ rootDid, tokenIds, issuerDids });
  if (typeof revoked !== "boolean") return undefined;
  return revoked ? "revoked" : null;
}

/** Root first, so that who is not enrolled costs one failed check at most; a proof seen before is not checked again. */
async function hasGoodSignatures(
  { leaf, links, verifiedFrom }: Chain,
  { crypto, proofs }: { readonly crypto: TokenCrypto; readonly proofs: ProofCache },
): Promise<boolean> {
  for (let index = verifiedFrom - 1; index >= 0; index -= 1) {
    const link = links[index] ?? leaf;
    if (!(await crypto.verify(link.issuer, link.signedText, link.signature))) return false;
    if (index > 0) proofs.set(await crypto.sha256(link.text), links.slice(index), link.expiresAtSec);
  }
  return true;
}

function effectiveGrants(links: readonly Link[]): readonly Grant[] {
  const [root = [], ...children] = links.map(grantsOf).reverse();
  const granted = children.reduce((held, own) => intersectGrants(own, held), root);
  return granted.filter(namesItsResource);
}

function grantsOf({ capabilities }: Link): readonly Grant[] {
  return capabilities.map(parseGrant).filter((grant) => grant !== null);
}

const refuse = (code: UcanCode): Verified => ({ ok: false, code });
const accept = (principal: Principal): Verified => ({ ok: true, principal });
