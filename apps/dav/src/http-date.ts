const twoDigits = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, "0"));
const threeDigits = Array.from({ length: 1_000 }, (_, value) => String(value).padStart(3, "0"));

/** Writes times as `Date.toUTCString` does (RFC 9110 §5.6.7), several times quicker for times of the same day. */
export function createHttpDate(): (ms: number) => string {
  const textOf = createSecondWriter((text) => {
    // A year before 0 or of five digits has another length; what stands behind the date never has.
    return text.endsWith(" GMT") ? { day: text.slice(0, -"00:00:00 GMT".length), end: " GMT" } : null;
  }, utcText);
  return (ms) => textOf(ms) ?? utcText(ms);
}

/** Writes times as `Date.toISOString` does (RFC 3339), several times quicker for times of the same day. */
export function createIsoTime(): (ms: number) => string {
  const textOf = createSecondWriter((text) => {
    return text.endsWith("Z") ? { day: text.slice(0, -"00:00:00.000Z".length), end: "." } : null;
  }, isoText);
  return (ms) => {
    const text = Number.isInteger(ms) ? textOf(ms) : null;
    return text === null ? isoText(ms) : `${text}${threeDigits[ms - Math.floor(ms / 1_000) * 1_000]}Z`;
  };
}

function utcText(ms: number): string {
  return new Date(ms).toUTCString();
}

function isoText(ms: number): string {
  return new Date(ms).toISOString();
}

interface DayText {
  readonly day: string;
  readonly end: string;
}

/** Writes times to the second; null where `cut` finds no date and time in what the standard library writes. */
function createSecondWriter(
  cut: (text: string) => DayText | null,
  write: (ms: number) => string,
): (ms: number) => string | null {
  let [knownDay, knownSec] = [Number.NaN, Number.NaN];
  let around: DayText = { day: "", end: "" };
  let known = "";
  return (ms) => {
    const sec = Math.floor(ms / 1_000);
    if (sec === knownSec) return known;
    const day = Math.floor(sec / 86_400);
    if (day !== knownDay) {
      const found = Number.isNaN(day) ? null : cut(write(ms));
      if (found === null) return null;
      around = found;
      knownDay = day;
    }
    const ofDay = sec - day * 86_400;
    const minute = Math.floor(ofDay / 60);
    known = `${around.day}${twoDigits[Math.floor(minute / 60)]}:${twoDigits[minute % 60]}:${twoDigits[ofDay % 60]}${around.end}`;
    knownSec = sec;
    return known;
  };
}
