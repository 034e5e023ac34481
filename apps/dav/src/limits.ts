import type { Clock } from "@relite/core/clock";
import { ReliteError } from "@relite/core/errors";

export interface RateLimit {
  /** Takes one from the key's bucket; `rate_limited` with the seconds to wait when it is empty. */
  take(key: string | number): void;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

const maxBuckets = 10_000;

/** Token buckets by key: `perSecond` on average, `burst` at once. */
export function createRateLimit(clock: Clock, perSecond: number, burst: number): RateLimit {
  const buckets = new Map<string | number, Bucket>();
  return {
    take(key) {
      const nowMs = clock.nowMs();
      const bucket = buckets.get(key) ?? { tokens: burst, atMs: nowMs };
      const gained = (Math.max(0, nowMs - bucket.atMs) * perSecond) / 1_000;
      bucket.tokens = Math.min(burst, bucket.tokens + gained);
      bucket.atMs = nowMs;
      if (!buckets.has(key)) {
        if (buckets.size >= maxBuckets) buckets.delete(buckets.keys().next().value ?? key);
        buckets.set(key, bucket);
      }
      if (bucket.tokens < 1) {
        const retryAfterSec = Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond));
        throw new ReliteError("rate_limited", "Too many requests", { details: { retryAfterSec } });
      }
      bucket.tokens -= 1;
    },
  };
}

export interface UploadSlots {
  /** Runs an upload when its owner has a slot left, else `rate_limited`. */
  run<Result>(owner: number, upload: () => Promise<Result>): Promise<Result>;
}

export function createUploadSlots(maxPerOwner: number): UploadSlots {
  const runningByOwner = new Map<number, number>();
  return {
    async run(owner, upload) {
      const running = runningByOwner.get(owner) ?? 0;
      if (running >= maxPerOwner) {
        throw new ReliteError("rate_limited", "Too many uploads at once", {
          reason: "too_many_uploads",
          details: { retryAfterSec: 1 },
        });
      }
      runningByOwner.set(owner, running + 1);
      try {
        return await upload();
      } finally {
        const left = (runningByOwner.get(owner) ?? 1) - 1;
        if (left === 0) runningByOwner.delete(owner);
        else runningByOwner.set(owner, left);
      }
    },
  };
}
