const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

// RFC 1123, also with one-digit day, RFC 850 and numeric zones.
const httpDate =
  /^(?:[a-z]+,?\s+)?(\d{1,2})[ -]([a-z]{3})[a-z]*[ -](\d{2}|\d{4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([a-z]+|[+-]\d{2}:?\d{2})?$/i;
// asctime and Unix `date`: Sun Nov  6 08:49:37 [UTC] 1994
const unixDate =
  /^[a-z]{3}\s+([a-z]{3})\s+(\d{1,2})\s+(\d{2}):(\d{2}):(\d{2})\s+(?:([a-z]+|[+-]\d{4})\s+)?(\d{4})$/i;
const rfc3339 =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

/** The date forms WebDAV servers really send → epoch milliseconds (whole seconds); null when it is none of them. */
export function parseDavDate(text: string): number | null {
  const value = text.trim();
  const http = httpDate.exec(value);
  if (http !== null) {
    const [, day, month, year, hour, minute, second, zone] = http;
    return toEpochMs([fullYear(year), monthOf(month), day, hour, minute, second], zone);
  }
  const unix = unixDate.exec(value);
  if (unix !== null) {
    const [, month, day, hour, minute, second, zone, year] = unix;
    return toEpochMs([year, monthOf(month), day, hour, minute, second], zone);
  }
  const iso = rfc3339.exec(value);
  if (iso === null) return null;
  const [, year, month, day, hour, minute, second, zone] = iso;
  return toEpochMs([year, String(Number(month) - 1), day, hour, minute, second], zone);
}

type Parts = readonly (string | undefined)[];

function toEpochMs(parts: Parts, zone: string | undefined): number | null {
  const [year = Number.NaN, month = Number.NaN, day = 1, hour = 0, minute = 0, second = 0] = parts.map(
    (part) => Number(part ?? 0),
  );
  const offsetMin = offsetOf(zone);
  if (offsetMin === null || month < 0 || month > 11 || day < 1 || day > 31) return null;
  if (hour > 23 || minute > 59 || second > 60) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  if (date.getUTCDate() !== day) return null;
  date.setUTCHours(hour, minute, second);
  const epochMs = date.getTime() - offsetMin * 60_000;
  return Number.isFinite(epochMs) ? epochMs : null;
}

function offsetOf(zone: string | undefined): number | null {
  if (zone === undefined || /^(gmt|utc|ut|z)$/i.test(zone)) return 0;
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(zone);
  if (match === null) return null;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === "-" ? -minutes : minutes;
}

function monthOf(name: string | undefined): string {
  return String(months.indexOf((name ?? "").toLowerCase()));
}

function fullYear(text: string | undefined): string {
  if (text === undefined || text.length !== 2) return text ?? "";
  return Number(text) < 70 ? `20${text}` : `19${text}`;
}
