/** Latin letters whose stroke or ligature Unicode does not decompose. */
const plainByLetter: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ħ: "h",
  ı: "i",
};

/**
 * What search compares: NFKC, lower case, Latin, Greek and Cyrillic diacritics removed. Marks of other scripts
 * carry meaning (dakuten, Indic vowels) and stay; CJK stays as it is. Idempotent.
 */
export function foldText(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/gu, "")
    .normalize("NFKC")
    .replace(/[ßæœøđðþłħı]/gu, (letter) => plainByLetter[letter] ?? letter);
}
