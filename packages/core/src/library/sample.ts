/**
 * Up to `size` items, one of each group first, chosen by chance: listings go wrong folder by folder, so the question
 * has to reach as many folders as it can.
 */
export function sampleByGroup<Item>(
  items: readonly Item[],
  { groupOf, size, random }: { groupOf: (item: Item) => string; size: number; random: () => number },
): readonly Item[] {
  const shuffled = shuffle(items, random);
  const groups = new Set<string>();
  const first = shuffled.filter((item) => {
    const isFirst = !groups.has(groupOf(item));
    groups.add(groupOf(item));
    return isFirst;
  });
  const chosen = new Set(first.slice(0, size));
  for (const item of shuffled) {
    if (chosen.size >= size) break;
    chosen.add(item);
  }
  return [...chosen];
}

/** Fisher and Yates. */
function shuffle<Item>(items: readonly Item[], random: () => number): Item[] {
  const all = [...items];
  for (let last = all.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const [one, two] = [all[last], all[other]];
    if (one === undefined || two === undefined) continue;
    all[last] = two;
    all[other] = one;
  }
  return all;
}
