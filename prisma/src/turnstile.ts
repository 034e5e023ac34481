/** Lets one through at a time, in order of arrival; `pass` goes at once while nobody is inside. */
export interface Turnstile {
  /** Resolves when it is this caller's turn, with the function that lets the next one in. */
  enter(): Promise<() => void>;
  /** Null when nobody is inside; otherwise resolves once all who came before are out. */
  pass(): Promise<void> | null;
}

export function createTurnstile(): Turnstile {
  let last: Promise<void> | null = null;
  return {
    pass: () => last,
    enter: async () => {
      const before = last;
      const { promise, resolve } = Promise.withResolvers<void>();
      last = promise;
      await before;
      return () => {
        if (last === promise) last = null;
        resolve();
      };
    },
  };
}
