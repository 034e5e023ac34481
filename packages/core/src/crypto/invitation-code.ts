import { sha256Hex } from "./bytes.ts";

const alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
const codeLength = 26;

/** A code to hand over: 26 letters and digits that are not mistaken for one another, about 128 bits. */
export function newInvitationCode(randomBytes: (length: number) => Uint8Array): string {
  let code = "";
  while (code.length < codeLength) {
    for (const byte of randomBytes(codeLength)) {
      const fair = byte < alphabet.length * Math.floor(256 / alphabet.length);
      if (fair && code.length < codeLength) code += alphabet[byte % alphabet.length];
    }
  }
  return code;
}

/** SHA-256 as lower-case hex, the only form in which a code is kept; spaces, hyphens and case do not matter. */
export async function hashInvitationCode(code: string): Promise<string> {
  return sha256Hex(code.toLowerCase().replace(/[\s-]/gu, ""));
}
