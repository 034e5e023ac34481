/** How fast a server is asked: additive increase, multiplicative decrease, and waits as it says. */
export interface Pace {
  /** How many requests may be under way. */
  limit(): number;
  /** Until when nothing new is sent, epoch milliseconds. */
  pausedUntilMs(): number;
  succeeded(): void;
  /** 429, 503 or a time-out: half the speed, and a pause: what the server said, else doubling from a second. */
  throttled(nowMs: number, retryAfterMs: number | null): void;
}

export interface PaceLimits {
  readonly min: number;
  readonly start: number;
  readonly max: number;
  /** Good answers for one request more at a time. */
  readonly step: number;
}

export const defaultPaceLimits: PaceLimits = { min: 2, start: 8, max: 32, step: 20 };

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

export function createPace(random: () => number, limits: PaceLimits = defaultPaceLimits): Pace {
  let limit = limits.start;
  let good = 0;
  let pausedUntilMs = 0;
  let throttledInARow = 0;
  return {
    limit: () => limit,
    pausedUntilMs: () => pausedUntilMs,
    succeeded: () => {
      throttledInARow = 0;
      good += 1;
      if (good < limits.step) return;
      good = 0;
      limit = Math.min(limits.max, limit + 1);
    },
    throttled: (nowMs, retryAfterMs) => {
      // Answers to requests sent before the pause say the same thing once more.
      if (nowMs < pausedUntilMs && retryAfterMs === null) return;
      good = 0;
      limit = Math.max(limits.min, Math.floor(limit / 2));
      const ownMs = Math.min(longestPauseMs, firstPauseMs * 2 ** throttledInARow) * (0.5 + random() / 2);
      throttledInARow += 1;
      pausedUntilMs = Math.max(pausedUntilMs, nowMs + (retryAfterMs ?? ownMs));
    },
  };
}
