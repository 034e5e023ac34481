/** Something that was asked and answered: it took effect at one moment between the two. */
export interface Operation<State> {
  readonly told: string;
  readonly startMs: number;
  readonly endMs: number;
  /** The state after it when it is answered so in `state`: the same object when it changes nothing; null: it is not. */
  next(state: State): State | null;
}

export interface Linearised<State> {
  /** The state after all of them in an order that explains every answer; null: there is none. */
  readonly state: State | null;
  /** How far the best order came, and what could not follow it: for telling. */
  readonly furthest: { readonly done: readonly string[]; readonly stuck: readonly string[] };
}

/**
 * Looks for an order of concurrent operations that explains all their answers and keeps those apart which did not
 * overlap (linearisability; Wing and Gong 1993, with the states that were met remembered as Lowe 2017 does).
 * What changes nothing is taken as soon as it fits: waiting could not help it.
 */
export function linearise<State>(
  start: State,
  operations: readonly Operation<State>[],
  keyOf: (state: State) => string,
): Linearised<State> {
  const met = new Set<string>();
  let furthest: Linearised<State>["furthest"] = { done: [], stuck: [] };

  function search(before: State, taken: readonly number[]): State | null {
    const done = new Set(taken);
    const order = [...taken];
    const isFirst = () => {
      const left = operations.filter((_, index) => !done.has(index));
      const firstEndMs = Math.min(...left.map(({ endMs }) => endMs));
      return operations.flatMap((one, index) =>
        done.has(index) || one.startMs > firstEndMs ? [] : [{ one, index }],
      );
    };
    let candidates = isFirst();
    for (;;) {
      const still = candidates.filter(({ one }) => one.next(before) === before);
      if (still.length === 0) break;
      for (const { index } of still) {
        done.add(index);
        order.push(index);
      }
      candidates = isFirst();
    }
    if (order.length === operations.length) return before;
    const key = `${[...done].sort((a, b) => a - b).join()} ${keyOf(before)}`;
    if (met.has(key)) return null;
    met.add(key);
    if (order.length >= furthest.done.length) {
      const names = order.map((index) => operations[index]?.told ?? "");
      furthest = { done: names, stuck: candidates.map(({ one }) => one.told) };
    }
    for (const { one, index } of candidates.toSorted((a, b) => a.one.endMs - b.one.endMs)) {
      const after = one.next(before);
      const found = after === null ? null : search(after, [...order, index]);
      if (found !== null) return found;
    }
    return null;
  }

  return { state: search(start, []), furthest };
}
