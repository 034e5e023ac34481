import type { Words } from "./words.ts";

const units = ["kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** Sizes and times as a person of that language reads them. */
export interface Format {
  size(bytes: number): string;
  /** Without a script nobody knows the reader's time zone: UTC. */
  time(ms: number): string;
}

export function createFormat({ lang }: Words): Format {
  const numbers = units.map(
    (unit) =>
      new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }),
  );
  const times = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
  return {
    size: (bytes) => {
      const power = Math.min(units.length, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
      return numbers[power - 1]?.format(bytes / 1_000 ** power) ?? `${bytes} B`;
    },
    time: (ms) => times.format(ms),
  };
}
