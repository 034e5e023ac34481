import type { IncomingMessage } from "node:http";
import { ReliteError } from "@relite/core/errors";

export type Depth = "0" | "1" | "infinity";

const depthsByMethod: Readonly<Record<string, readonly Depth[]>> = {
  PROPFIND: ["infinity", "0", "1"],
  COPY: ["infinity", "0"],
  LOCK: ["infinity", "0"],
};

/** The Depth a request means, made explicit; the first of its method's is the default. `bad_request` when it makes no sense. */
export function readDepth(method: string, header: string | string[] | undefined): Depth {
  if (header === undefined) return "infinity";
  const text = String(header).toLowerCase();
  const allowed = depthsByMethod[method] ?? ["infinity", "0", "1"];
  const depth = allowed.find((known) => known === text);
  if (depth === undefined)
    throw new ReliteError("bad_request", "This Depth is not possible here", { reason: "bad_depth" });
  return depth;
}

/** Overwrite, `T` unless it says `F` (RFC 4918 §10.6). */
export function readOverwrite(header: string | string[] | undefined): boolean {
  if (header === undefined) return true;
  const text = String(header).toUpperCase();
  if (text !== "T" && text !== "F") {
    throw new ReliteError("bad_request", "Overwrite is T or F", { reason: "bad_overwrite" });
  }
  return text === "T";
}

/** The parser lets lines of HTTP/0.9 and of versions to come pass. */
export function refuseOtherVersions({ httpVersion }: IncomingMessage): void {
  if (httpVersion === "1.1" || httpVersion === "1.0") return;
  throw new ReliteError("bad_request", "This is not HTTP/1.1", { reason: "bad_version" });
}

/** Headers that must not come twice: what a proxy saw and what we see could differ. */
export function refuseRepeatedHeaders(req: IncomingMessage): void {
  const { rawHeaders } = req;
  let seen = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? "";
    const bit = bitBySingleHeader.get(name);
    if (bit === undefined) continue;
    if ((seen & bit) !== 0) {
      throw new ReliteError("bad_request", `Two ${name} headers`, { reason: "repeated_header" });
    }
    seen |= bit;
  }
}

const bitBySingleHeader: ReadonlyMap<string, number> = new Map(
  [
    "authorization",
    "destination",
    "depth",
    "overwrite",
    "host",
    "content-range",
    "if",
    "lock-token",
    "x-update-range",
    "x-oc-mtime",
    "oc-checksum",
    "content-md5",
    "content-encoding",
    "upload-offset",
    "upload-length",
    "upload-defer-length",
    "upload-metadata",
    "upload-concat",
    "upload-checksum",
    "tus-resumable",
    "oc-total-length",
  ].map((name, index) => [name, 1 << index]),
);

/** A body is kept as it is sent, so one that is compressed for the way is not taken (RFC 9110 §8.4). */
export function refuseEncoded({ headers }: IncomingMessage): void {
  const coding = headers["content-encoding"] ?? "";
  if (/^(identity)?$/i.test(coding.trim())) return;
  throw new ReliteError("unsupported_media_type", "The body must come without a content coding", {
    reason: "content_encoding",
  });
}

/** The declared length of the body; null when it is chunked or absent. */
export function declaredLength({ headers }: IncomingMessage): number | null {
  const text = headers["content-length"] ?? expectedLength(headers);
  return text === undefined ? null : Number(text);
}

/** macOS sends files in chunks and says beside it how long they are: a proxy that drops the chunks shall not make them empty. */
function expectedLength(headers: IncomingMessage["headers"]): string | undefined {
  const text = headers["x-expected-entity-length"];
  const isUsed = headers["transfer-encoding"] !== undefined && /^\d{1,15}$/.test(String(text));
  return isUsed ? String(text) : undefined;
}

export function hasBody(req: IncomingMessage): boolean {
  return req.headers["transfer-encoding"] !== undefined || (declaredLength(req) ?? 0) > 0;
}
