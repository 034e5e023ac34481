import type { Clock } from "@relite/core/clock";
import { ReliteError } from "@relite/core/errors";
import { createCellMemory, createKeyedCells } from "./keyed-cells.ts";

export interface RateLimit {
  /** Takes one from the key's bucket; `rate_limited` with the seconds to wait when it is empty. */
  take(key: string | number): void;
  /** As `take`, and takes nothing. */
  check(key: string | number): void;
}

export interface Rate {
  readonly perSecond: number;
  /** How many may come at once. */
  readonly burst: number;
}

/** What all threads that answer requests count in. */
export interface LimitMemory {
  readonly requests: SharedArrayBuffer;
  readonly claims: SharedArrayBuffer;
  readonly wrongCodes: SharedArrayBuffer;
  readonly openJoins: SharedArrayBuffer;
  readonly guesses: SharedArrayBuffer;
  readonly logins: SharedArrayBuffer;
  readonly polls: SharedArrayBuffer;
  readonly uploads: SharedArrayBuffer;
  readonly threads: number;
}

export function createLimitMemory(threads: number): LimitMemory {
  return {
    requests: createCellMemory(1),
    claims: createCellMemory(1),
    wrongCodes: createCellMemory(1),
    openJoins: createCellMemory(1),
    guesses: createCellMemory(1),
    logins: createCellMemory(1),
    polls: createCellMemory(1),
    uploads: createCellMemory(threads),
    threads,
  };
}

/** Token buckets by key, shared by all threads on the same memory: a cell holds the microsecond at which the bucket is full again. */
export function createRateLimit(
  clock: Clock,
  { perSecond, burst }: Rate,
  memory: SharedArrayBuffer = createCellMemory(1),
): RateLimit {
  const nowUs = () => BigInt(Math.round(clock.nowMs() * 1_000));
  const tokenUs = 1_000_000 / perSecond;
  const whole = BigInt(Math.ceil(burst * tokenUs));
  const { find, cells } = createKeyedCells(memory, 1, (all, at) => Atomics.load(all, at) <= nowUs());
  /** What the cell is to hold after one was taken; throws when there is none to take. */
  function afterTaking(full: bigint): bigint {
    const now = nowUs();
    // A clock that was set back: the bucket is empty at worst.
    const behind = full <= now ? 0n : full - now < whole ? full - now : whole;
    const tokens = burst - Number(behind) / tokenUs;
    if (tokens < 1) {
      const retryAfterSec = Math.max(1, Math.ceil((1 - tokens) / perSecond));
      throw new ReliteError("rate_limited", "Too many requests", { details: { retryAfterSec } });
    }
    return now + behind + BigInt(Math.round(tokenUs));
  }
  return {
    take(key) {
      const at = find(key);
      // So many at once that there is no room to count one more: it will be counted next time.
      if (at === null) return;
      for (;;) {
        const full = Atomics.load(cells, at);
        if (Atomics.compareExchange(cells, at, full, afterTaking(full)) === full) return;
      }
    },
    check(key) {
      const at = find(key);
      if (at !== null) afterTaking(Atomics.load(cells, at));
    },
  };
}

export interface UploadSlots {
  /** Runs an upload when its owner has a slot left, else `rate_limited`. */
  run<Result>(owner: number, upload: () => Promise<Result>): Promise<Result>;
}

export interface SlotMemory {
  readonly memory: SharedArrayBuffer;
  readonly threads: number;
  /** Each counts in cells of its own, so that what a thread that died had running can be forgotten. */
  readonly thread: number;
}

/** Uploads at once per owner, over all threads on the same memory. */
export function createUploadSlots(
  maxPerOwner: number,
  { memory, threads, thread }: SlotMemory = { memory: createCellMemory(1), threads: 1, thread: 0 },
): UploadSlots {
  const runningAt = (cells: BigInt64Array<SharedArrayBuffer>, at: number) => {
    let sum = 0;
    for (let index = 0; index < threads; index += 1) sum += Number(Atomics.load(cells, at + index));
    return sum;
  };
  const { find, cells } = createKeyedCells(memory, threads, (all, at) => runningAt(all, at) === 0);
  return {
    async run(owner, upload) {
      const at = find(owner);
      if (at === null) throw tooManyUploads();
      Atomics.add(cells, at + thread, 1n);
      try {
        if (runningAt(cells, at) > maxPerOwner) throw tooManyUploads();
        return await upload();
      } finally {
        Atomics.sub(cells, at + thread, 1n);
      }
    },
  };
}

/** A thread is gone, and with it the uploads it had running. */
export function forgetUploads({ uploads, threads }: LimitMemory, thread: number): void {
  const cells = new BigInt64Array(uploads);
  for (let at = 1; at < cells.length; at += threads + 1) Atomics.store(cells, at + thread, 0n);
}

function tooManyUploads(): ReliteError {
  return new ReliteError("rate_limited", "Too many uploads at once", {
    reason: "too_many_uploads",
    details: { retryAfterSec: 1 },
  });
}
