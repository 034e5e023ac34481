import { hash, timingSafeEqual } from "node:crypto";
import { bytesToBase32 } from "@relite/core/crypto";

/** What stands before a stored credential: an id to find it by and a secret that is kept nowhere. */
export interface NewSecret {
  /** 8 characters of `a-z2-7`. */
  readonly id: string;
  /** 20 random bytes as 32 characters of `a-z2-7`. */
  readonly secret: string;
}

const idBytes = 5;
const secretBytes = 20;

export function newSecret(randomBytes: (count: number) => Uint8Array): NewSecret {
  return { id: bytesToBase32(randomBytes(idBytes)), secret: bytesToBase32(randomBytes(secretBytes)) };
}

/**
 * An app password as it is typed into a client: id and secret in one word of 40 letters and digits, so that the user name
 * may be anything (Windows puts a domain before it) and neon's limit of 255 bytes is far. Capitals are taken for small
 * letters: e-readers' keyboards begin with one. Null for anything else.
 */
export function readAppPassword(text: string): NewSecret | null {
  const plain = text.trim();
  if (!/^[a-z2-7]{40}$/i.test(plain)) return null;
  return { id: plain.slice(0, 8).toLowerCase(), secret: plain.slice(8).toLowerCase() };
}

export function hashSecret(secret: string): string {
  return hash("sha256", secret, "hex");
}

/** Compares a secret with a kept hash, in constant time. */
export function isSecretOf(secret: string, keptHash: string): boolean {
  const [given, kept] = [Buffer.from(hashSecret(secret)), Buffer.from(keptHash)];
  return given.length === kept.length && timingSafeEqual(given, kept);
}
