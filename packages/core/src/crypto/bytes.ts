const encoder = new TextEncoder();

/** Bytes → base64url without padding (RFC 4648 §5). */
export function bytesToBase64Url(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Base64url without padding → bytes; null unless it is the one canonical spelling of those bytes. */
export function base64UrlToBytes(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || hasStrayBits(text)) return null;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/** The last character of a shortened group carries bits that belong to no byte; they must be zero. */
function hasStrayBits(text: string): boolean {
  const last = text.at(-1) ?? "";
  if (text.length % 4 === 2) return !"AQgw".includes(last);
  if (text.length % 4 === 3) return !"AEIMQUYcgkosw048".includes(last);
  return text.length % 4 === 1;
}

/** Bytes → base32 in small letters without padding (RFC 4648 §6). */
export function bytesToBase32(bytes: Uint8Array): string {
  let text = "";
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += base32Alphabet.charAt((held >> (bits - 5)) & 31);
  }
  return bits === 0 ? text : text + base32Alphabet.charAt((held << (5 - bits)) & 31);
}

const base32Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

export function bytesToHex(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return hex;
}

/** SHA-256 of UTF-8 text or bytes as 64 lower-case hex characters. */
export async function sha256Hex(content: string | Uint8Array): Promise<string> {
  const bytes = typeof content === "string" ? encoder.encode(content) : new Uint8Array(content);
  return bytesToHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/**
 * Compares two secrets without telling by its time where they differ or how long they are:
 * both are hashed first, so only equal digests are compared.
 */
export async function equalSecrets(given: string, expected: string): Promise<boolean> {
  const [left, right] = await Promise.all([sha256Hex(given), sha256Hex(expected)]);
  let difference = 0;
  for (let index = 0; index < left.length; index += 1)
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  return difference === 0;
}
