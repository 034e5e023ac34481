/** `0 B`, `512 B`, `1.4 MB`: powers of 1000, as file managers show them. */
export function formatBytes(bytes: number, locale: string): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: units[power] ?? "byte",
    unitDisplay: power === 0 ? "narrow" : "short",
    maximumFractionDigits: power < 2 ? 0 : 1,
  }).format(bytes / 1_000 ** power);
}

const steps = [
  { unit: "second", ms: 1_000 },
  { unit: "minute", ms: 60_000 },
  { unit: "hour", ms: 3_600_000 },
  { unit: "day", ms: 86_400_000 },
] as const;

/** `now`, `5 minutes ago`, `yesterday`; a date from a week on. */
export function formatAgo(atMs: number, nowMs: number, locale: string): string {
  const agoMs = nowMs - atMs;
  if (Math.abs(agoMs) >= 7 * 86_400_000) return formatDay(atMs, locale);
  const step = steps.findLast(({ ms }) => Math.abs(agoMs) >= ms) ?? steps[0];
  const count = step.unit === "second" ? 0 : -Math.trunc(agoMs / step.ms);
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(count, step.unit);
}

export function formatDay(atMs: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(atMs);
}

export function formatMoment(atMs: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(atMs);
}

export function formatCount(count: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(count);
}
