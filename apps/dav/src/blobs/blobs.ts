import type { Readable } from "node:stream";
import type { BodyCheck } from "../checksums/body-check.ts";
import type { ContentFiles } from "./content-files.ts";
import type { DiskReader } from "./disk.ts";

export interface IncomingLimits {
  /** Refused with `too_large` as soon as more arrives. */
  readonly maxBytes: number;
  /** The length the sender declared; a body that ends elsewhere is refused with `bad_request`. */
  readonly declaredBytes: number | null;
  /** What the sender said of the bytes; one that does not hold refuses them. */
  readonly checks?: readonly BodyCheck[];
}

/** Bytes that were received whole. Small ones are held inline, larger ones wait in a temporary file. */
export interface StagedBytes {
  readonly hash: string;
  readonly size: number;
  readonly inline: Buffer | null;
  /** The bytes, as often as needed, until they are kept or released. */
  open(): Promise<Readable>;
  /** Makes the bytes durable under their hash. Whether they are still there is asked by the transaction that names them. */
  keep(): Promise<void>;
  /** Ends the staging; bytes that were not kept are gone. Never rejects: what they were for may be done already. */
  release(): Promise<void>;
}

/** The content port: immutable bytes by owner and SHA-256. */
export interface Blobs {
  /** Takes in a body. Nothing is visible, and nothing is left behind when this rejects. */
  stage(owner: number, body: Readable, limits: IncomingLimits): Promise<StagedBytes>;
  /**
   * Takes over a file of known bytes from elsewhere, without copying where the file system allows it: the file stays
   * where it is, and must not be written again. Null when it has to be staged instead.
   */
  adopt(
    owner: number,
    path: string,
    bytes: { readonly hash: string; readonly size: number },
  ): Promise<StagedBytes | null>;
  /** Bytes `start` to `end`, both inclusive. Rejects with `not_found` when the content is not there. */
  open(owner: number, hash: string, range: { start: number; end: number }): Promise<Readable>;
  /** The file of a content, to be closed by the caller. Rejects with `not_found` when the content is not there. */
  openFile(owner: number, hash: string): Promise<DiskReader>;
  /** Asked inside transactions only. */
  readonly files: ContentFiles;
  /** Removes for good what was set aside. */
  clearAside(): Promise<void>;
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
