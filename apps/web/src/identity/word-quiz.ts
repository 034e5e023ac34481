/** Which words to ask for, as indexes in ascending order; never two of the same half. */
export function pickQuizWords(count: number, random: () => number): readonly [number, number] {
  const half = Math.floor(count / 2);
  return [Math.floor(random() * half), half + Math.floor(random() * (count - half))];
}

/** Case and spaces around do not count. */
export function isWord(typed: string, word: string | undefined): boolean {
  return typed.trim().toLowerCase() === word;
}
