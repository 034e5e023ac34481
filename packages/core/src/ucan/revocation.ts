import { base64UrlToBytes, bytesToBase32, bytesToBase64Url } from "../crypto/index.ts";
import { ReliteError } from "../errors/index.ts";
import { type Link, linkProblem, readChain } from "./chain.ts";
import type { UcanCode } from "./codes.ts";
import { parseDidKey } from "./did.ts";
import type { Signer } from "./keys.ts";
import { maxTokenChars } from "./limits.ts";
import { createExpiringLru } from "./lru.ts";
import { createWebTokenCrypto, type TokenCrypto, verifySignature } from "./token-crypto.ts";

/**
 * UCAN 0.8–0.10 revocation: `revoke` is the CID (version 1, raw, SHA-256, base32) of the token, `challenge` the issuer's signature over
 * `REVOKE:<cid>` in base64 without padding. The token itself comes along as the witness of who may revoke it.
 */
export interface RevocationRecord {
  readonly iss: string;
  readonly revoke: string;
  readonly challenge: string;
  readonly ucan: string;
}

/** What a good record takes away. */
export interface ProvenRevocation {
  /** SHA-256 of the witness' `header.payload`: holds for every signature the token can carry. */
  readonly tokenId: string;
  readonly cid: string;
  readonly issuerDid: string;
  readonly rootDid: string;
  /** When the token ends by itself, and the record may be forgotten. */
  readonly expiresAtSec: number;
}

export type Proven =
  | { readonly ok: true; readonly revocation: ProvenRevocation }
  | { readonly ok: false; readonly code: UcanCode };

/** Revokes a token for every server that is shown the record. The signer is an issuer in the token's chain. */
export async function issueRevocation(signer: Signer, ucan: string): Promise<RevocationRecord> {
  const crypto = createWebTokenCrypto();
  const chain = await readWhole(ucan, crypto);
  if (!chain.ok)
    throw new ReliteError("bad_request", "This is no token of this profile.", { reason: chain.code });
  if (!chain.links.some(({ issuer }) => issuer.did === signer.did))
    throw new ReliteError("bad_request", "Only who signed a token of the chain can revoke it.", {
      reason: "insufficient",
    });
  const cid = await cidOf(ucan, crypto);
  const signature = await signer.sign(challengeBytes(cid));
  return { iss: signer.did, revoke: cid, challenge: toBase64(signature), ucan };
}

/**
 * Whether a record revokes what it names. Order: structure, links, witness expired, issuer in the chain, owner known, signatures of the
 * witness (root first), signature of the challenge. Audience and life of the witness do not matter: what could ever be used
 * anywhere can be revoked.
 */
export async function verifyRevocation(
  record: RevocationRecord,
  options: {
    isOwner(did: string): boolean | Promise<boolean>;
    readonly nowMs: number;
    readonly crypto?: TokenCrypto;
  },
): Promise<Proven> {
  const { crypto = createWebTokenCrypto() } = options;
  if (record.ucan.length === 0) return refuse("missing");
  if (record.ucan.length > maxTokenChars) return refuse("too_large");
  const challenge = fromBase64(record.challenge);
  if (challenge?.length !== 64) return refuse("malformed");
  if (parseDidKey(record.iss) === null) return refuse("bad_did");
  const chain = await readWhole(record.ucan, crypto);
  if (!chain.ok) return refuse(chain.code);
  const { leaf, root, links } = chain;
  const cid = await cidOf(record.ucan, crypto);
  if (record.revoke !== cid) return refuse("malformed");
  const broken = linkProblem(links);
  if (broken !== null) return refuse(broken);
  if (leaf.expiresAtSec * 1_000 <= options.nowMs) return refuse("expired");
  if (!links.some(({ issuer }) => issuer.did === record.iss)) return refuse("insufficient");
  if (!(await options.isOwner(root.issuer.did))) return refuse("unknown_root");
  for (const link of links.toReversed()) {
    if (!(await crypto.verify(link.issuer, link.signedText, link.signature))) return refuse("bad_signature");
  }
  if (!(await verifySignature(record.iss, challengeBytes(cid), challenge))) return refuse("bad_signature");
  return {
    ok: true,
    revocation: {
      tokenId: leaf.tokenId,
      cid,
      issuerDid: record.iss,
      rootDid: root.issuer.did,
      expiresAtSec: leaf.expiresAtSec,
    },
  };
}

/** A token and what it rests on, believed by nobody: what an administrator names to revoke it without a key. */
export async function inspectChain(ucan: string): Promise<Omit<ProvenRevocation, "issuerDid"> | null> {
  const crypto = createWebTokenCrypto();
  const chain = await readWhole(ucan, crypto);
  if (!chain.ok) return null;
  const { leaf, root } = chain;
  return {
    tokenId: leaf.tokenId,
    cid: await cidOf(ucan, crypto),
    rootDid: root.issuer.did,
    expiresAtSec: leaf.expiresAtSec,
  };
}

type Whole =
  | { readonly ok: true; readonly leaf: Link; readonly root: Link; readonly links: readonly Link[] }
  | { readonly ok: false; readonly code: UcanCode };

async function readWhole(ucan: string, crypto: TokenCrypto): Promise<Whole> {
  const read = await readChain(ucan, { crypto, proofs: createExpiringLru(1), nowSec: 0 });
  return read.ok ? { ok: true, ...read.chain } : read;
}

/** CID version 1 of raw bytes by SHA-256 (multiformats: 01, 55, 12, 20), as `b` and base32. */
async function cidOf(ucan: string, crypto: TokenCrypto): Promise<string> {
  const hex = await crypto.sha256(ucan);
  const digest = Uint8Array.from({ length: 32 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  );
  return `b${bytesToBase32(new Uint8Array([0x01, 0x55, 0x12, 0x20, ...digest]))}`;
}

const challengeBytes = (cid: string) => new TextEncoder().encode(`REVOKE:${cid}`);

/** The specification writes plain base64 without padding; base64url is taken as well. */
function toBase64(bytes: Uint8Array): string {
  return bytesToBase64Url(bytes).replaceAll("-", "+").replaceAll("_", "/");
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  return base64UrlToBytes(text.replaceAll("+", "-").replaceAll("/", "_"));
}

const refuse = (code: UcanCode): Proven => ({ ok: false, code });
