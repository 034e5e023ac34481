export interface BackoffLimits {
  readonly firstMs: number;
  readonly longestMs: number;
}

export const defaultBackoff: BackoffLimits = { firstMs: 60_000, longestMs: 6 * 3_600_000 };

/** Wait before the next try after so many failures in a row: doubling, the upper half of it by chance. */
export function backoffMs(
  failures: number,
  random: () => number,
  limits: BackoffLimits = defaultBackoff,
): number {
  const doubled = limits.firstMs * 2 ** Math.min(Math.max(failures - 1, 0), 30);
  const wholeMs = Math.min(doubled, limits.longestMs);
  return Math.round(wholeMs * (0.5 + random() / 2));
}

/** An interval with a tenth of chance either way, so that many connections do not start together. */
export function jitteredMs(intervalMs: number, random: () => number): number {
  return Math.round(intervalMs * (0.9 + random() * 0.2));
}
