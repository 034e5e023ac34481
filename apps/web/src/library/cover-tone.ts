/** One of the cover tones for a text; the same text gets the same tone on every device. */
export function coverTone(text: string, count: number): number {
  let hash = 7;
  for (const char of text) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) >>> 0;
  return hash % count;
}
