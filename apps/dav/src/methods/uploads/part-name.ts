import { ReliteError } from "@relite/core/errors";
import type { UploadPart } from "../../uploads/uploads.ts";

/** What the name of a part says: a number (Nextcloud v2), or the bytes it covers (v1, rclone): first and last. */
export interface PartName {
  readonly start: number;
  readonly endByte: number | null;
}

const maxNumber = 10_000;

/** Reads `00042` or `000000000000000-000000010485759`; `bad_request` for any other name. */
export function readPartName(name: string): PartName {
  const [, first = "", last] = /^(\d{1,16})(?:-(\d{1,16}))?$/.exec(name) ?? [];
  const start = first === "" ? Number.NaN : Number(first);
  const endByte = last === undefined ? null : Number(last);
  const isNumber = endByte === null && start <= maxNumber;
  const isRange = endByte !== null && endByte >= start && Number.isSafeInteger(endByte);
  if (!isNumber && !isRange) {
    throw new ReliteError(
      "bad_request",
      `A part is named by its number, 1 to ${maxNumber}, or by its bytes`,
      {
        reason: "bad_part_name",
      },
    );
  }
  return { start, endByte };
}

/** `bad_request` when parts are missing, or are not the bytes they are named after. `lengthBytes`: what all must sum up to. */
export function checkComplete(parts: readonly UploadPart[], lengthBytes: number | null): void {
  const sum = parts.reduce((bytes, { size }) => bytes + size, 0);
  const names = parts.map(({ name }) => readPartName(name));
  const isByBytes = names.some(({ endByte }) => endByte !== null);
  // Numbers begin at 1, or at 0 with old clients.
  const firstNumber = names[0]?.start === 0 ? 0 : 1;
  let expected = isByBytes ? 0 : firstNumber;
  for (const [index, { start, endByte }] of names.entries()) {
    if (start !== expected || (endByte === null) === isByBytes) throw missing(expected);
    const size = parts[index]?.size ?? 0;
    if (endByte !== null && endByte - start + 1 !== size) throw missing(start);
    expected = isByBytes ? start + size : start + 1;
  }
  if (lengthBytes !== null && sum !== lengthBytes) {
    throw new ReliteError("bad_request", `The parts sum up to ${sum} bytes, not to ${lengthBytes}`, {
      reason: "length_mismatch",
      details: { receivedBytes: sum },
    });
  }
  if (parts.length === 0 && lengthBytes === null) throw missing(1);
}

function missing(part: number): ReliteError {
  return new ReliteError("bad_request", "Parts are missing", { reason: "parts_missing", details: { part } });
}
