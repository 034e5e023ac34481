import type { Clock } from "../clock/index.ts";

export interface JumpingClock extends Clock {
  /** Everything slept so far, in order. */
  readonly sleptMs: readonly number[];
  advance(ms: number): void;
}

/** A clock on which every sleep is over at once, its time having passed; starts at 2026-01-01T00:00:00Z. */
export function jumpingClock(startMs = Date.UTC(2026, 0, 1)): JumpingClock {
  let nowMs = startMs;
  const sleptMs: number[] = [];
  return {
    sleptMs,
    nowMs: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      sleptMs.push(ms);
      nowMs += ms;
    },
  };
}
