import { ReliteError } from "@relite/core/errors";
import type { UploadPart } from "../../uploads/uploads.ts";

/** What the name of a part says: a number (Nextcloud v2), where it begins (ownCloud), or the bytes it covers, first and last (v1, rclone). */
export interface PartName {
  readonly start: number;
  readonly endByte: number | null;
}

/** Reads `00042` or `000000000000000-000000010485759`; `bad_request` for any other name. */
export function readPartName(name: string): PartName {
  const [, first = "", last] = /^(\d{1,16})(?:-(\d{1,16}))?$/.exec(name) ?? [];
  const start = first === "" ? Number.NaN : Number(first);
  const endByte = last === undefined ? null : Number(last);
  if (Number.isSafeInteger(start + (endByte ?? 0)) && (endByte ?? start) >= start) return { start, endByte };
  throw new ReliteError("bad_request", "A part is named by its number, or by its bytes", {
    reason: "bad_part_name",
  });
}

/** `bad_request` when parts are missing, or are not the bytes they are named after. `lengthBytes`: what all must sum up to. */
export function checkComplete(parts: readonly UploadPart[], lengthBytes: number | null): void {
  const sum = parts.reduce((bytes, { size }) => bytes + size, 0);
  const names = parts.map(({ name }) => readPartName(name));
  const isByBytes = names.some(({ endByte }) => endByte !== null);
  const gapInBytes = firstGap(parts, names, isByBytes);
  const gap = isByBytes || gapInBytes === null ? gapInBytes : firstMissingNumber(names);
  if (gap !== null) throw missing(gap);
  if (lengthBytes !== null && sum !== lengthBytes) {
    throw new ReliteError("bad_request", `The parts sum up to ${sum} bytes, not to ${lengthBytes}`, {
      reason: "length_mismatch",
      details: { receivedBytes: sum },
    });
  }
  if (parts.length === 0 && lengthBytes === null) throw missing(1);
}

/** Where bytes are missing, when parts are named by where they begin; with `isWhole` the names say where they end, too. */
function firstGap(parts: readonly UploadPart[], names: readonly PartName[], isWhole: boolean): number | null {
  let expected = 0;
  for (const [index, { start, endByte }] of names.entries()) {
    if (start !== expected || (endByte !== null) !== isWhole) return expected;
    const size = parts[index]?.size ?? 0;
    if (endByte !== null && endByte - start + 1 !== size) return start;
    expected = start + size;
  }
  return null;
}

/** Numbers begin at 1, or at 0 with old clients. */
function firstMissingNumber(names: readonly PartName[]): number | null {
  const first = names[0]?.start === 0 ? 0 : 1;
  const at = names.findIndex(({ start }, index) => start !== first + index);
  return at < 0 ? null : first + at;
}

function missing(part: number): ReliteError {
  return new ReliteError("bad_request", "Parts are missing", { reason: "parts_missing", details: { part } });
}
