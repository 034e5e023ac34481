import { ReliteError } from "@relite/core/errors";
import { type Algorithm, createChecksum, digestBytes } from "./algorithms.ts";

/** Looks at a body as it arrives, and at its end says whether it is the one that was announced. */
export interface BodyCheck {
  update(bytes: Uint8Array): void;
  /** Throws `bad_request` (tus: `checksum_mismatch`, 460) when the bytes are not what the sender said. */
  verify(): void;
}

export interface ExpectedChecksum {
  readonly algorithm: Algorithm;
  readonly digest: Buffer;
  /** The header that said so, for the refusal. */
  readonly header: string;
}

export function createBodyCheck(
  { algorithm, digest, header }: ExpectedChecksum,
  code: "bad_request" | "checksum_mismatch" = "bad_request",
): BodyCheck {
  const running = createChecksum(algorithm);
  return {
    update: (bytes) => running.update(bytes),
    verify() {
      if (running.digest().equals(digest)) return;
      // ownCloud's words: its clients look for them and send the file again.
      const message = "The computed checksum does not match the one received from the client.";
      throw new ReliteError(code, message, { reason: "checksum_mismatch", details: { header } });
    },
  };
}

/** Reads a checksum written as hexadecimal or base64; null when it has not the length its algorithm has. */
export function readDigest(text: string, encoding: "hex" | "base64", algorithm: Algorithm): Buffer | null {
  const pattern = encoding === "hex" ? /^[0-9a-f]+$/i : /^[a-z0-9+/]+={0,2}$/i;
  if (!pattern.test(text)) return null;
  const digest = Buffer.from(text, encoding);
  return digest.length === digestBytes[algorithm] ? digest : null;
}
