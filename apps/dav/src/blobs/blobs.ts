import type { Readable } from "node:stream";

export interface IncomingLimits {
  /** Refused with `too_large` as soon as more arrives. */
  readonly maxBytes: number;
  /** The length the sender declared; a body that ends elsewhere is refused with `bad_request`. */
  readonly declaredBytes: number | null;
}

/** Bytes that were received whole. Small ones are held inline, larger ones wait in a temporary file. */
export interface StagedBytes {
  readonly hash: string;
  readonly size: number;
  readonly inline: Buffer | null;
  /** Makes the bytes durable under their hash; until `release`, garbage collection leaves them alone. */
  keep(): Promise<void>;
  /** Ends the staging; bytes that were not kept are gone. */
  release(): Promise<void>;
}

/** The content port: immutable bytes by owner and SHA-256. */
export interface Blobs {
  /** Takes in a body. Nothing is visible, and nothing is left behind when this rejects. */
  stage(owner: number, body: Readable, limits: IncomingLimits): Promise<StagedBytes>;
  /** Bytes `start` to `end`, both inclusive. Rejects with `not_found` when the content is not there. */
  open(owner: number, hash: string, range: { start: number; end: number }): Promise<Readable>;
  /** Drops content nobody refers to, and says whether it did; what is being staged right now, or is younger than `beforeMs`, stays. */
  drop(owner: number, hash: string, beforeMs: number): Promise<boolean>;
  /** Every content held, for checking. */
  list(): AsyncIterable<{
    readonly owner: number;
    readonly hash: string;
    readonly size: number;
    readonly modifiedMs: number;
  }>;
  /** Start-up: what an interrupted upload left behind. */
  clean(): Promise<void>;
  /** Fails when nothing can be written. */
  probe(): Promise<void>;
}
