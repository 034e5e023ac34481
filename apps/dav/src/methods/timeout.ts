const defaultMs = 60 * 60_000;
const minMs = 1_000;
const maxMs = 24 * 60 * 60_000;

/** The term a lock gets (RFC 4918 §10.7): the first that is understood, within an hour by default and a day at most. */
export function readTimeoutMs(header: string | string[] | undefined): number {
  for (const item of String(header ?? "").split(",")) {
    const [, seconds] = /^\s*(?:Infinite|Second-(\d{1,20}))\s*$/i.exec(item) ?? [null, null];
    if (seconds === null) continue;
    return seconds === undefined ? maxMs : Math.min(maxMs, Math.max(minMs, Number(seconds) * 1_000));
  }
  return defaultMs;
}
