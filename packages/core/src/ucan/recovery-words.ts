import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { ReliteError } from "../errors/index.ts";

/** The 24 English words (BIP 39, with checksum) of a 32-byte seed, separated by one space. */
export function seedToWords(seed: Uint8Array): string {
  if (seed.length !== 32) throw new ReliteError("bad_request", "A key seed is 32 bytes.");
  return entropyToMnemonic(seed, wordlist);
}

/** The seed of 24 words, however they were typed (case, line breaks); null on any mistake in them. */
export function wordsToSeed(text: string): Uint8Array | null {
  const words = text.normalize("NFKD").toLowerCase().trim().split(/\s+/);
  if (words.length !== 24) return null;
  try {
    return mnemonicToEntropy(words.join(" "), wordlist);
  } catch {
    return null;
  }
}
