import { base64UrlToBytes } from "./bytes.ts";

/** What to tell whoever set a key that `parseSealingKey` refused; the value itself is never repeated. */
export const sealingKeyForm = "must be 32 bytes, as 64 hex characters or as base64";

/** A key from a setting: 64 hex characters, or base64 (either alphabet, padding optional) of exactly 32 bytes; else null. */
export function parseSealingKey(text: string): Uint8Array<ArrayBuffer> | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return hexToBytes(text);
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null;
  const bytes = base64UrlToBytes(text.replaceAll("+", "-").replaceAll("/", "_").replace("=", ""));
  return bytes?.length === 32 ? bytes : null;
}

function hexToBytes(hex: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(hex.length / 2);
  for (let index = 0; index < bytes.length; index += 1)
    bytes[index] = Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16);
  return bytes;
}
