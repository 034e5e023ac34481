const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** Bytes that do not begin with zero → base58btc, as did:key writes them. */
export function bytesToBase58(bytes: Uint8Array): string {
  let rest = 0n;
  for (const byte of bytes) rest = rest * 256n + BigInt(byte);
  let text = "";
  for (; rest > 0n; rest /= 58n) text = alphabet.charAt(Number(rest % 58n)) + text;
  return text;
}

/** Base58btc → exactly `length` bytes; null for other lengths, a leading zero byte and foreign characters. */
export function base58ToBytes(text: string, length: number): Uint8Array<ArrayBuffer> | null {
  if (text.length === 0 || text.length > length * 2) return null;
  let number = 0n;
  for (let start = 0; start < text.length; start += chunkChars) {
    const chunk = text.slice(start, start + chunkChars);
    let value = 0;
    for (const character of chunk) {
      const digit = alphabet.indexOf(character);
      if (digit < 0) return null;
      value = value * 58 + digit;
    }
    number = number * BigInt(58 ** chunk.length) + BigInt(value);
  }
  const hex = number.toString(16);
  if (hex.length !== length * 2 && hex.length !== length * 2 - 1) return null;
  return Uint8Array.from({ length }, (_, index) =>
    Number.parseInt(hex.padStart(length * 2, "0").slice(index * 2, index * 2 + 2), 16),
  );
}

/** 58⁹ is the greatest power a plain number holds exactly. */
const chunkChars = 9;
