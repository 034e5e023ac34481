export interface ByteRange {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

// More is an attack or a mistake; the whole file is then the cheaper answer.
const maxRanges = 32;

/**
 * A `Range` header against a size (RFC 9110 §14): the satisfiable ranges, `[]` when there are none (416),
 * null when the header is to be ignored (another unit, malformed, too many, or overlapping so much that it asks for more than all).
 */
export function readRanges(header: string | undefined, size: number): readonly ByteRange[] | null {
  if (header === undefined) return null;
  const list = /^bytes=(.+)$/i.exec(header.trim())?.[1];
  if (list === undefined) return null;
  const items = list.split(",").map((item) => item.trim());
  if (items.length > maxRanges) return null;
  const ranges: ByteRange[] = [];
  for (const item of items) {
    const range = readRange(item, size);
    if (range === "malformed") return null;
    if (range !== null) ranges.push(range);
  }
  const total = ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0);
  return ranges.length > 1 && total > size ? null : ranges;
}

function readRange(item: string, size: number): ByteRange | null | "malformed" {
  const [, first = "", last = ""] = /^(\d{0,15})-(\d{0,15})$/.exec(item) ?? [];
  if (first === "" && last === "") return "malformed";
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? null : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== "" && Number(last) < start) return "malformed";
  return start >= size ? null : { start, end };
}
