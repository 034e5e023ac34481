import type { Clock } from "../clock/index.ts";
import { canonicalAudience } from "./audience.ts";
import {
  type Capability,
  covers,
  type Grant,
  grantToCapability,
  intersectGrants,
  namesItsResource,
  parseGrant,
} from "./capability.ts";
import { type Chain, chainProblem, decodeChain } from "./chain.ts";
import type { UcanCode } from "./codes.ts";
import { maxTokenChars } from "./limits.ts";
import { createExpiringLru, type ExpiringLru } from "./lru.ts";
import type { DecodedToken } from "./token.ts";
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
  /** Never throws for what is in the token; rejects only when `isOwner` or `isRevoked` does. */
  verify(token: string): Promise<Verified>;
}

export type RevocationKey = { readonly tokenId: string } | { readonly did: string };

export interface VerifierOptions {
  readonly audiences: readonly string[];
  /** Asked on every request, also for tokens that are cached. */
  isOwner(did: string): boolean | Promise<boolean>;
  /** Asked on every request for each token and each issuer of the chain. */
  isRevoked(key: RevocationKey): boolean | Promise<boolean>;
  readonly clock: Clock;
  /** Verified tokens and verified proofs kept, each; 4,096 by default. */
  readonly maxCached?: number;
  /** WebCrypto by default; `createNodeTokenCrypto()` of `@relite/core/node` is quicker on servers. */
  readonly crypto?: TokenCrypto;
}

interface Known {
  readonly principal: Principal;
  readonly issuerDids: readonly string[];
}

/**
 * The one walk that turns a token into a principal. Order: size, structure, audience, time, links,
 * owner known, revocation, signatures (root first), attenuation.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const { clock, maxCached = 4_096, crypto = createWebTokenCrypto() } = options;
  const audiences = new Set(options.audiences.map(canonicalAudience));
  const knownByToken = createExpiringLru<Known>(maxCached);
  const verifiedProofs = createExpiringLru<true>(maxCached);

  return {
    verify: async (token) => {
      if (token.length === 0) return refuse("missing");
      if (token.length > maxTokenChars) return refuse("too_large");
      const nowSec = clock.nowMs() / 1_000;
      const tokenKey = await crypto.sha256(token);
      const cached = knownByToken.get(tokenKey, nowSec);
      if (cached !== undefined) {
        const problem = await standingProblem(options, cached);
        return problem === null ? accept({ ...cached.principal, cache: "hit" }) : refuse(problem);
      }
      const decoded = decodeChain(token);
      if (!decoded.ok) return refuse(decoded.code);
      const { chain } = decoded;
      const early = chainProblem(chain, audiences, nowSec);
      if (early !== null) return refuse(early);
      const known = await describe(chain, crypto);
      const standing = await standingProblem(options, known);
      if (standing !== null) return refuse(standing);
      const signed = await checkSignatures(chain, { crypto, verifiedProofs, nowSec });
      if (signed === "bad_signature") return refuse(signed);
      const grants = effectiveGrants(chain.tokens).map(grantToCapability);
      const principal: Principal = { ...known.principal, grants, cache: signed };
      knownByToken.set(tokenKey, { ...known, principal }, chain.leaf.expiresAtSec);
      return accept(principal);
    },
  };
}

/** Whether a principal may do `needed`. */
export function isAllowed(principal: Pick<Principal, "grants">, needed: Capability): boolean {
  return principal.grants.some((grant) => covers(grant, needed));
}

async function describe({ leaf, root, tokens }: Chain, crypto: TokenCrypto): Promise<Known> {
  const chainIds: string[] = [];
  for (const { signedText } of tokens) chainIds.push(await crypto.sha256(signedText));
  return {
    issuerDids: [...new Set(tokens.map((token) => token.issuer.did))],
    principal: {
      rootDid: root.issuer.did,
      invokerDid: leaf.issuer.did,
      grants: [],
      expiresAtSec: leaf.expiresAtSec,
      tokenId: chainIds[0] ?? "",
      chainIds,
      depth: tokens.length,
      cache: "cold",
    },
  };
}

/** What may change while a token lives: the owner's enrolment, and revocations. */
async function standingProblem(
  { isOwner, isRevoked }: VerifierOptions,
  { principal, issuerDids }: Known,
): Promise<UcanCode | null> {
  if (!(await isOwner(principal.rootDid))) return "unknown_root";
  for (const tokenId of principal.chainIds) if (await isRevoked({ tokenId })) return "revoked";
  for (const did of issuerDids) if (await isRevoked({ did })) return "revoked";
  return null;
}

/** Root first, so that who is not enrolled costs one failed check at most; a proof seen before is not checked again. */
async function checkSignatures(
  { leaf, tokens }: Chain,
  {
    crypto,
    verifiedProofs,
    nowSec,
  }: {
    readonly crypto: TokenCrypto;
    readonly verifiedProofs: ExpiringLru<true>;
    readonly nowSec: number;
  },
): Promise<"proofs" | "cold" | "bad_signature"> {
  const keys: string[] = [];
  for (const { text } of tokens) keys.push(await crypto.sha256(text));
  const firstKnown = keys.findIndex(
    (key, index) => index > 0 && verifiedProofs.get(key, nowSec) !== undefined,
  );
  const unchecked = firstKnown < 0 ? tokens : tokens.slice(0, firstKnown);
  for (const token of unchecked.toReversed()) {
    const isGood = await crypto.verify(token.issuer, token.signedText, token.signature);
    if (!isGood) return "bad_signature";
    const key = keys[tokens.indexOf(token)];
    if (token !== leaf && key !== undefined) verifiedProofs.set(key, true, token.expiresAtSec);
  }
  return firstKnown < 0 ? "cold" : "proofs";
}

function effectiveGrants(tokens: readonly DecodedToken[]): readonly Grant[] {
  const [root, ...children] = tokens
    .map(({ capabilities }) => capabilities.map(parseGrant).filter((grant) => grant !== null))
    .reverse();
  const granted = children.reduce<readonly Grant[]>((held, own) => intersectGrants(own, held), root ?? []);
  return granted.filter(namesItsResource);
}

const refuse = (code: UcanCode): Verified => ({ ok: false, code });
const accept = (principal: Principal): Verified => ({ ok: true, principal });
