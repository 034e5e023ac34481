import type { IncomingHttpHeaders } from "node:http";
import { ReliteError } from "@relite/core/errors";
import type { Algorithm } from "../../checksums/algorithms.ts";
import { type BodyCheck, createBodyCheck, readDigest } from "../../checksums/body-check.ts";
import type { Exchange } from "../../exchange.ts";
import { readByteCount } from "./read-bytes.ts";

export const tusVersion = "1.0.0";
export const tusExtensions =
  "creation,creation-with-upload,creation-defer-length,expiration,checksum,termination,concatenation";
export const tusBodyType = "application/offset+octet-stream";

const algorithmByTusName: Readonly<Record<string, Algorithm>> = {
  sha1: "sha1",
  md5: "md5",
  crc32: "crc32",
  sha256: "sha256",
  sha512: "sha512",
};
export const tusChecksums = Object.keys(algorithmByTusName).join(",");

/** Every answer about a tus upload names the version; a request in another one is 412 (tus 1.0.0). */
export function speakTus({ req, res }: Exchange): void {
  res.setHeader("Tus-Resumable", tusVersion);
  if (req.headers["tus-resumable"] === tusVersion) return;
  res.setHeader("Tus-Version", tusVersion);
  throw new ReliteError("precondition_failed", `Tus-Resumable is ${tusVersion}`, { reason: "tus_version" });
}

/** `Upload-Length`, or null with `Upload-Defer-Length: 1`; one of both must be there. */
export function readUploadLength(headers: IncomingHttpHeaders): number | null {
  const lengthBytes = readByteCount(headers["upload-length"], "Upload-Length");
  const isDeferred = headers["upload-defer-length"] === "1";
  if ((lengthBytes !== null) !== isDeferred && (isDeferred || headers["upload-defer-length"] === undefined)) {
    return lengthBytes;
  }
  throw new ReliteError("bad_request", "Upload-Length, or Upload-Defer-Length: 1", { reason: "bad_length" });
}

/** `Upload-Checksum`: an algorithm and its value in base64; a body that is another one is 460. */
export function readUploadChecksum(headers: IncomingHttpHeaders): readonly BodyCheck[] {
  const header = headers["upload-checksum"];
  if (header === undefined) return [];
  const [, name = "", text = ""] = /^\s*([a-z0-9]+) (\S+)\s*$/i.exec(String(header)) ?? [];
  const algorithm = Object.hasOwn(algorithmByTusName, name) ? algorithmByTusName[name] : undefined;
  const digest = algorithm === undefined ? null : readDigest(text, "base64", algorithm);
  if (algorithm === undefined || digest === null) {
    const details = { header: "Upload-Checksum" };
    throw new ReliteError("bad_request", "Upload-Checksum is not one this server can verify", {
      reason: "bad_checksum",
      details,
    });
  }
  return [createBodyCheck({ algorithm, digest, header: "Upload-Checksum" }, "checksum_mismatch")];
}
