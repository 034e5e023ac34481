import type { Clock } from "../clock/index.ts";
import { isReliteError } from "../errors/index.ts";
import type { TailSigner, VerifySignature } from "./codec.ts";
import { attemptDigits } from "./names.ts";
import { randomHex } from "./outbox.ts";
import type { Packing } from "./packing.ts";
import type { LaneFolder, LaneRemote } from "./remote.ts";
import type { SyncStore } from "./store.ts";

export interface SyncLimits {
  /** A tail packs to at most this, unless its index alone is larger. */
  readonly tailBytes: number;
  /** So many segments of one level become one of the next. */
  readonly mergeWidth: number;
  /** A segment's text is cut here, between two ops. */
  readonly segmentChars: number;
  /** Superseded files deleted per push. */
  readonly sweepFiles: number;
}

export const defaultLimits: SyncLimits = {
  tailBytes: 8_192,
  mergeWidth: 16,
  segmentChars: 8 * 1_048_576,
  sweepFiles: 16,
};

/** What one run of sync works with. */
export interface SyncParts {
  readonly store: SyncStore;
  readonly remote: LaneRemote;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signer: TailSigner | null;
  readonly verify: VerifySignature;
  readonly packing: Packing;
  readonly limits: SyncLimits;
  readonly signal: AbortSignal;
}

/** PUT under a name that was never used: each try gets an attempt of its own, also the one after the folders were missing. */
export async function putFresh(
  parts: SyncParts,
  folder: LaneFolder,
  nameOf: (attempt: string) => Promise<string> | string,
  bytes: Uint8Array,
): Promise<string> {
  const name = await nameOf(randomHex(parts.random, attemptDigits));
  try {
    await parts.remote.put(folder, name, bytes, parts.signal);
    return name;
  } catch (error) {
    if (!isReliteError(error) || (error.code !== "conflict" && error.code !== "not_found")) throw error;
  }
  await parts.remote.prepare(parts.signal);
  const second = await nameOf(randomHex(parts.random, attemptDigits));
  await parts.remote.put(folder, second, bytes, parts.signal);
  return second;
}
