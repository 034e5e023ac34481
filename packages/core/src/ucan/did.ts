import { base58ToBytes, bytesToBase58 } from "./base58.ts";

export type SigningAlg = "EdDSA" | "ES256";

/** A `did:key` taken apart: Ed25519 as 32 bytes, P-256 as the 33 bytes of a compressed point. */
export interface DidKey {
  readonly did: string;
  readonly alg: SigningAlg;
  readonly publicKey: Uint8Array<ArrayBuffer>;
}

const forms = [
  { alg: "EdDSA", prefix: [0xed, 0x01], keyBytes: 32, didChars: 56 },
  { alg: "ES256", prefix: [0x80, 0x24], keyBytes: 33, didChars: 57 },
] as const;

/** Reads an Ed25519 or P-256 `did:key` of exactly the right length; null for everything else. */
export function parseDidKey(did: string): DidKey | null {
  const form = forms.find(({ didChars }) => didChars === did.length);
  if (form === undefined || !did.startsWith("did:key:z")) return null;
  const bytes = base58ToBytes(did.slice("did:key:z".length), form.prefix.length + form.keyBytes);
  if (bytes === null || bytes[0] !== form.prefix[0] || bytes[1] !== form.prefix[1]) return null;
  if (form.alg === "ES256" && bytes[2] !== 2 && bytes[2] !== 3) return null;
  return { did, alg: form.alg, publicKey: bytes.slice(form.prefix.length) };
}

/** The `did:key` of a raw public key (32 bytes of Ed25519, or a compressed P-256 point). */
export function publicKeyToDid(alg: SigningAlg, publicKey: Uint8Array): string {
  const prefix = alg === "EdDSA" ? forms[0].prefix : forms[1].prefix;
  return `did:key:z${bytesToBase58(new Uint8Array([...prefix, ...publicKey]))}`;
}
