import { base64UrlToBytes } from "../crypto/index.ts";
import { ReliteError } from "../errors/index.ts";
import { publicKeyToDid, type SigningAlg } from "./did.ts";
import { compressPoint } from "./p256-point.ts";

/** Something that signs for one DID: a WebCrypto key that never leaves its store, a key file, a hardware key. */
export interface Signer {
  readonly did: string;
  readonly alg: SigningAlg;
  /** 64 bytes: Ed25519 (RFC 8032), or ECDSA P-256 with SHA-256 as r ‖ s. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

const algorithms = {
  EdDSA: { generate: { name: "Ed25519" }, sign: { name: "Ed25519" } },
  ES256: { generate: { name: "ECDSA", namedCurve: "P-256" }, sign: { name: "ECDSA", hash: "SHA-256" } },
} as const;

/**
 * A new key pair; Ed25519 unless asked otherwise, P-256 where the browser has no Ed25519.
 * Throws `unavailable` with reason `insecure_context` on a page without HTTPS.
 */
export async function generateKeyPair(options: {
  readonly extractable: boolean;
  readonly alg?: SigningAlg;
}): Promise<CryptoKeyPair> {
  requireSecureContext();
  const generate = (alg: SigningAlg) =>
    crypto.subtle.generateKey(algorithms[alg].generate, options.extractable, ["sign", "verify"]);
  if (options.alg !== undefined) return asPair(await generate(options.alg));
  try {
    return asPair(await generate("EdDSA"));
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotSupportedError")
      return asPair(await generate("ES256"));
    throw error;
  }
}

/** The signer of a WebCrypto key pair; the private key may be non-extractable. */
export async function signerFromKeyPair(pair: CryptoKeyPair): Promise<Signer> {
  const alg = pair.publicKey.algorithm.name === "Ed25519" ? "EdDSA" : "ES256";
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return {
    did: publicKeyToDid(alg, alg === "EdDSA" ? raw : compressPoint(raw)),
    alg,
    sign: async (bytes) =>
      new Uint8Array(await crypto.subtle.sign(algorithms[alg].sign, pair.privateKey, new Uint8Array(bytes))),
  };
}

/** 32 random bytes: the private half of an owner key, and what the recovery words spell. */
export function newSeed(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(32));
}

/** The Ed25519 key pair of a seed (RFC 8032 private key, 32 bytes). */
export async function keyPairFromSeed(
  seed: Uint8Array,
  options: { readonly extractable: boolean },
): Promise<CryptoKeyPair> {
  requireSecureContext();
  if (seed.length !== 32) throw new ReliteError("bad_request", "A key seed is 32 bytes.");
  // PKCS #8 of RFC 8410 §7 around the seed: the only form every WebCrypto takes.
  const pkcs8 = new Uint8Array([...pkcs8Head, ...seed]);
  const algorithm = algorithms.EdDSA.generate;
  const open = await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, true, ["sign"]);
  const { x } = await crypto.subtle.exportKey("jwk", open);
  const publicBytes = base64UrlToBytes(x ?? "");
  if (publicBytes === null) throw new ReliteError("internal", "The runtime gave no public key.");
  const [privateKey, publicKey] = await Promise.all([
    options.extractable ? open : crypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]),
    crypto.subtle.importKey("raw", publicBytes, algorithm, true, ["verify"]),
  ]);
  return { privateKey, publicKey };
}

/** Browsers have `crypto.subtle` on HTTPS and on localhost only. */
function requireSecureContext(): void {
  if (globalThis.isSecureContext === false)
    throw new ReliteError("unavailable", "Keys need HTTPS, or localhost.", { reason: "insecure_context" });
}

const pkcs8Head = [
  0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

function asPair(key: CryptoKey | CryptoKeyPair): CryptoKeyPair {
  if ("privateKey" in key) return key;
  throw new ReliteError("internal", "The runtime made no key pair.");
}
