const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** Bytes that do not begin with zero → base58btc, as did:key writes them. */
export function bytesToBase58(bytes: Uint8Array): string {
  let rest = 0n;
  for (const byte of bytes) rest = rest * 256n + BigInt(byte);
  let text = "";
  for (; rest > 0n; rest /= 58n) text = alphabet.charAt(Number(rest % 58n)) + text;
  return text;
}

/** Base58btc → exactly `length` bytes; null for other lengths, foreign characters and a leading `1`. */
export function base58ToBytes(text: string, length: number): Uint8Array<ArrayBuffer> | null {
  if (text.length === 0 || text.length > length * 2 || text.startsWith("1")) return null;
  let rest = 0n;
  for (const character of text) {
    const digit = alphabet.indexOf(character);
    if (digit < 0) return null;
    rest = rest * 58n + BigInt(digit);
  }
  const bytes = new Uint8Array(length);
  for (let index = length - 1; index >= 0; index -= 1) {
    bytes[index] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return rest === 0n && bytes[0] !== 0 ? bytes : null;
}
