import { sha256Hex } from "../crypto/index.ts";
import { type DidKey, parseDidKey } from "./did.ts";
import { createExpiringLru } from "./lru.ts";
import { decompressPoint } from "./p256-point.ts";

/** The two primitives of verification; a runtime with quicker ones plugs them in (`@relite/core/node`). */
export interface TokenCrypto {
  /** Lower-case hex SHA-256 of ASCII text. */
  sha256(text: string): string | Promise<string>;
  /** False for a wrong signature and for a key that is on no curve. */
  verify(issuer: DidKey, signedText: string, signature: Uint8Array<ArrayBuffer>): boolean | Promise<boolean>;
}

const maxImportedKeys = 1_000;
const encoder = new TextEncoder();

/** WebCrypto, with imported keys kept. */
export function createWebTokenCrypto(): TokenCrypto {
  const keyByDid = createExpiringLru<CryptoKey>(maxImportedKeys);
  const keyOf = async (issuer: DidKey): Promise<CryptoKey | null> => {
    const known = keyByDid.get(issuer.did, 0);
    if (known !== undefined) return known;
    const imported = await importKey(issuer);
    if (imported !== null) keyByDid.set(issuer.did, imported, Number.POSITIVE_INFINITY);
    return imported;
  };
  return {
    sha256: (text) => sha256Hex(text),
    verify: async (issuer, signedText, signature) => {
      const key = await keyOf(issuer);
      return key !== null && isSignedBy(key, encoder.encode(signedText), signature);
    },
  };
}

/** Whether `did` (a did:key of Ed25519 or P-256) made this 64-byte signature over `bytes`; false for any other DID. */
export async function verifySignature(
  did: string,
  bytes: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const signer = parseDidKey(did);
  const key = signer === null ? null : await importKey(signer);
  return key !== null && isSignedBy(key, bytes, signature);
}

function isSignedBy(key: CryptoKey, bytes: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const algorithm = key.algorithm.name === "Ed25519" ? "Ed25519" : { name: "ECDSA", hash: "SHA-256" };
  return crypto.subtle.verify(algorithm, key, new Uint8Array(signature), new Uint8Array(bytes));
}

async function importKey({ alg, publicKey }: DidKey): Promise<CryptoKey | null> {
  const algorithm = alg === "EdDSA" ? { name: "Ed25519" } : { name: "ECDSA", namedCurve: "P-256" };
  const raw = alg === "EdDSA" ? publicKey : decompressPoint(publicKey);
  if (raw === null) return null;
  try {
    return await crypto.subtle.importKey("raw", raw, algorithm, false, ["verify"]);
  } catch {
    return null;
  }
}
