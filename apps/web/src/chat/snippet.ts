const before = 30;
const length = 140;

/** The part of a text around the first place that matches, on one line. */
export function snippetAround(text: string, query: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  const at = Math.max(0, line.toLowerCase().indexOf(query.toLowerCase()) - before);
  const part = line.slice(at, at + length).toWellFormed();
  return `${at > 0 ? "…" : ""}${part}${at + length < line.length ? "…" : ""}`;
}

/** A title from the first thing that was said. */
export function titleFrom(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= 60 ? line : `${line.slice(0, 59).trimEnd().toWellFormed()}…`;
}
