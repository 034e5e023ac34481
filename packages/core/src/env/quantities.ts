const msByUnit: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const powerByUnit: Readonly<Record<string, number>> = { "": 0, k: 1, m: 2, g: 3, t: 4 };

/** `20m`, `1h`, `500ms` → milliseconds; null when it is no duration. A bare number is refused: the unit must be said. */
export function parseDurationMs(text: string): number | null {
  const match = /^(\d{1,12})(ms|s|m|h|d)$/.exec(text.trim());
  const unit = match?.[2] === undefined ? undefined : msByUnit[match[2]];
  return match?.[1] === undefined || unit === undefined ? null : Number(match[1]) * unit;
}

/** `10G`, `512 MiB`, `4096` → bytes (powers of 1024); null when it is no size. */
export function parseBytes(text: string): number | null {
  const match = /^(\d{1,15})\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim());
  const power = match?.[2] === undefined ? undefined : powerByUnit[match[2].toLowerCase()];
  if (match?.[1] === undefined || power === undefined) return null;
  const bytes = Number(match[1]) * 1024 ** power;
  return Number.isSafeInteger(bytes) ? bytes : null;
}
