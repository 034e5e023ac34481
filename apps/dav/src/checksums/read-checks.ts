import type { IncomingHttpHeaders } from "node:http";
import { ReliteError } from "@relite/core/errors";
import type { Algorithm } from "./algorithms.ts";
import { type BodyCheck, createBodyCheck, type ExpectedChecksum, readDigest } from "./body-check.ts";

/** What a request says about the bytes of its body. */
export interface AnnouncedChecksums {
  readonly checks: readonly BodyCheck[];
  /** `OC-Checksum` as it is kept with the content once it has held: `SHA1:… MD5:…`; null without one. */
  readonly kept: string | null;
}

const algorithmByOcName: Readonly<Record<string, Algorithm>> = {
  ADLER32: "adler32",
  MD5: "md5",
  SHA1: "sha1",
  SHA256: "sha256",
  "SHA3-256": "sha3-256",
};

const algorithmByDigestName: Readonly<Record<string, Algorithm>> = {
  "sha-256": "sha256",
  "sha-512": "sha512",
};

const fields = ["oc-checksum", "content-digest", "repr-digest", "content-md5"] as const;
const nothingAnnounced: AnnouncedChecksums = { checks: [], kept: null };

/**
 * Reads `OC-Checksum` (ownCloud), `Content-Digest` and `Repr-Digest` (RFC 9530), `Content-MD5` (RFC 1864).
 * `bad_request` for one that is malformed, and for an `OC-Checksum` that could not be verified.
 */
export function readChecks(headers: IncomingHttpHeaders): AnnouncedChecksums {
  if (!fields.some((field) => headers[field] !== undefined)) return nothingAnnounced;
  const own = readOcChecksum(headers["oc-checksum"]);
  const others = [
    ...readDigestField(headers["content-digest"], "Content-Digest"),
    ...readDigestField(headers["repr-digest"], "Repr-Digest"),
    ...readContentMd5(headers["content-md5"]),
  ];
  return {
    checks: [...own, ...others].map((one) => createBodyCheck(one)),
    kept: own.length === 0 ? null : own.map(ocText).join(" "),
  };
}

/** `OC-Checksum` alone, for a body that came in parts. */
export function readOcChecksum(header: string | string[] | undefined): readonly ExpectedChecksum[] {
  if (header === undefined) return [];
  const items = String(header)
    .trim()
    .split(/[\s,]+/);
  if (items.length > 5) throw malformed("OC-Checksum");
  return items.map((item) => {
    const [, name = "", text = ""] = /^([A-Za-z0-9-]+):(.+)$/.exec(item) ?? [];
    const key = name.toUpperCase();
    const algorithm = Object.hasOwn(algorithmByOcName, key) ? algorithmByOcName[key] : undefined;
    if (algorithm === undefined) throw malformed("OC-Checksum");
    const digest = readDigest(text, "hex", algorithm);
    if (digest === null) throw malformed("OC-Checksum");
    return { algorithm, digest, header: "OC-Checksum" };
  });
}

export function ocText({ algorithm, digest }: ExpectedChecksum): string {
  return `${algorithm.toUpperCase()}:${digest.toString("hex")}`;
}

/** A dictionary of `name=:base64:` (RFC 9530 §2). What is in no algorithm we know says nothing, as the RFC wants it. */
function readDigestField(header: string | string[] | undefined, name: string): readonly ExpectedChecksum[] {
  if (header === undefined) return [];
  const expected: ExpectedChecksum[] = [];
  for (const item of String(header).split(",")) {
    const [, key = "", text] = /^\s*([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):\s*$/.exec(item) ?? [];
    if (text === undefined) throw malformed(name);
    const algorithm = Object.hasOwn(algorithmByDigestName, key) ? algorithmByDigestName[key] : undefined;
    if (algorithm === undefined) continue;
    const digest = readDigest(text, "base64", algorithm);
    if (digest === null) throw malformed(name);
    expected.push({ algorithm, digest, header: name });
  }
  return expected;
}

function readContentMd5(header: string | string[] | undefined): readonly ExpectedChecksum[] {
  if (header === undefined) return [];
  const digest = readDigest(String(header).trim(), "base64", "md5");
  if (digest === null) throw malformed("Content-MD5");
  return [{ algorithm: "md5", digest, header: "Content-MD5" }];
}

function malformed(header: string): ReliteError {
  return new ReliteError("bad_request", `${header} is not a checksum this server can verify`, {
    reason: "bad_checksum",
    details: { header },
  });
}
