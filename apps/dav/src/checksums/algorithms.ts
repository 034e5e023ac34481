import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/** A checksum in the making. */
export interface RunningChecksum {
  update(bytes: Uint8Array): void;
  digest(): Buffer;
}

const hashNameByAlgorithm = {
  md5: "md5",
  sha1: "sha1",
  sha256: "sha256",
  sha512: "sha512",
  "sha3-256": "sha3-256",
} as const;

export type Algorithm = keyof typeof hashNameByAlgorithm | "adler32" | "crc32";

export const digestBytes: Readonly<Record<Algorithm, number>> = {
  md5: 16,
  sha1: 20,
  sha256: 32,
  sha512: 64,
  "sha3-256": 32,
  adler32: 4,
  crc32: 4,
};

export function createChecksum(algorithm: Algorithm): RunningChecksum {
  if (algorithm === "adler32") return createAdler32();
  if (algorithm === "crc32") return createCrc32();
  const hash = createHash(hashNameByAlgorithm[algorithm]);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
}

function createCrc32(): RunningChecksum {
  let value = 0;
  return {
    update(bytes) {
      value = crc32(bytes, value);
    },
    digest: () => fourBytes(value),
  };
}

const adlerBase = 65_521;
// As many bytes as can be summed before a 32-bit number could overflow (RFC 1950 §8.2).
const adlerRun = 5_552;

function createAdler32(): RunningChecksum {
  let low = 1;
  let high = 0;
  return {
    update(bytes) {
      for (let at = 0; at < bytes.length; ) {
        const end = Math.min(at + adlerRun, bytes.length);
        for (; at < end; at += 1) {
          low += bytes[at] ?? 0;
          high += low;
        }
        low %= adlerBase;
        high %= adlerBase;
      }
    },
    digest: () => fourBytes(((high << 16) | low) >>> 0),
  };
}

function fourBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
