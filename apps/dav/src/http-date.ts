const dayMs = 86_400_000;
const twoDigits = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, "0"));

/** Writes times as `Date.toUTCString` does (RFC 9110 §5.6.7), several times quicker for times of the same day. */
export function createHttpDate(): (ms: number) => string {
  let knownDay = Number.NaN;
  let dayText = "";
  return (ms) => {
    const day = Math.floor(ms / dayMs);
    if (day !== knownDay) {
      const text = new Date(ms).toUTCString();
      // A year before 0 or of five digits has another length; what stands behind the date never has.
      if (!text.endsWith(" GMT")) return text;
      dayText = text.slice(0, -"00:00:00 GMT".length);
      knownDay = day;
    }
    const sec = Math.floor((ms - day * dayMs) / 1_000);
    const minute = Math.floor(sec / 60);
    return `${dayText}${twoDigits[Math.floor(minute / 60)]}:${twoDigits[minute % 60]}:${twoDigits[sec % 60]} GMT`;
  };
}
