import type { Clock } from "../clock/index.ts";

interface Sleeper {
  readonly wakeAtMs: number;
  readonly wake: () => void;
}

export interface FakeClock extends Clock {
  /** Moves time forward and wakes, in order, every sleeper that is due. */
  advance(ms: number): Promise<void>;
  /** Jumps without waking anyone, as a wall clock that was set. */
  set(nowMs: number): void;
}

/** A clock that stands still until told; starts at 2026-01-01T00:00:00Z. */
export function fakeClock(startMs = Date.UTC(2026, 0, 1)): FakeClock {
  let nowMs = startMs;
  let sleepers: readonly Sleeper[] = [];
  return {
    nowMs: () => nowMs,
    set: (value) => {
      nowMs = value;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper: Sleeper = { wakeAtMs: nowMs + ms, wake: resolve };
        sleepers = [...sleepers, sleeper].sort((a, b) => a.wakeAtMs - b.wakeAtMs);
        signal?.addEventListener("abort", () => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          reject(signal.reason);
        });
      }),
    advance: async (ms) => {
      const endMs = nowMs + ms;
      for (let next = sleepers[0]; next !== undefined && next.wakeAtMs <= endMs; next = sleepers[0]) {
        sleepers = sleepers.slice(1);
        nowMs = Math.max(nowMs, next.wakeAtMs);
        next.wake();
        await Promise.resolve();
      }
      nowMs = endMs;
    },
  };
}
