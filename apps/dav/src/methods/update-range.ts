import { ReliteError } from "@relite/core/errors";

/** Where a PATCH writes (sabre/dav): `start` counts from the end when it is negative; `endByte` is inclusive. */
export type UpdateRange =
  | { readonly kind: "append" }
  | { readonly kind: "bytes"; readonly start: number; readonly endByte: number | null };

/** Reads `X-Update-Range`: `append`, `bytes=3-6`, `bytes=3-` or `bytes=-6`. `bad_request` for anything else. */
export function readUpdateRange(header: string | string[] | undefined): UpdateRange {
  const text = String(header ?? "").trim();
  if (/^append$/i.test(text)) return { kind: "append" };
  const [, first, last] = /^bytes=(\d{1,15})?-(\d{1,15})?$/i.exec(text) ?? [];
  if (first === undefined && last === undefined) {
    const reason = header === undefined ? "update_range_missing" : "bad_update_range";
    throw new ReliteError("bad_request", "X-Update-Range is append, or one range of bytes", { reason });
  }
  if (first === undefined) return { kind: "bytes", start: -Number(last), endByte: null };
  return { kind: "bytes", start: Number(first), endByte: last === undefined ? null : Number(last) };
}

/** How the new file is made: so much of the old one, so many zero bytes, the patch, the old one from there on. */
export interface PatchPlan {
  readonly keptBytes: number;
  readonly zeroBytes: number;
  readonly tailStart: number;
  readonly size: number;
}

// A hole becomes real zero bytes here: as many as programs leave, not as many as fill a disk with one request.
const maxZeroBytes = 256 * 1024 * 1024;

/** `range_not_satisfiable` when the patch has not the length of its range, or lies before or too far behind the file. */
export function planPatch(range: UpdateRange, fileBytes: number, patchBytes: number): PatchPlan {
  const start = range.kind === "append" ? fileBytes : range.start < 0 ? fileBytes + range.start : range.start;
  const isSigned = range.kind === "bytes" && Object.is(range.start, -0);
  if (start < 0 || isSigned || start - fileBytes > maxZeroBytes) throw notSatisfiable();
  if (range.kind === "bytes" && range.endByte !== null && range.endByte - range.start + 1 !== patchBytes) {
    throw notSatisfiable();
  }
  const end = start + patchBytes;
  return {
    keptBytes: Math.min(start, fileBytes),
    zeroBytes: Math.max(0, start - fileBytes),
    tailStart: Math.min(end, fileBytes),
    size: Math.max(end, fileBytes),
  };
}

function notSatisfiable(): ReliteError {
  return new ReliteError("range_not_satisfiable", "The range does not fit the file and the bytes sent");
}
