import type { Storage } from "../context.ts";
import type { SweepOptions } from "../sweep-kept.ts";
import type { Swept } from "../tree/retention.ts";
import { expireUploads } from "../uploads/expire-uploads.ts";

// A transaction of a few milliseconds.
const rowsPerCommit = 200;

/** Ends what is left of removed owners, bit by bit; killed at any moment, the next call goes on. Content is collected later. */
export async function finishRemovals(
  storage: Storage,
  nowMs: number,
  { pause, onSwept }: SweepOptions & { onSwept?(swept: Swept): void },
): Promise<Swept> {
  const total = { items: 0, bytes: 0 };
  if (storage.removals.unfinished() === 0) return total;
  await expireUploads(storage, nowMs);
  for (let some = await storage.removals.emptySome(rowsPerCommit); some.items > 0; ) {
    total.items += some.items;
    total.bytes += some.bytes;
    onSwept?.(some);
    await pause();
    some = await storage.removals.emptySome(rowsPerCommit);
  }
  return total;
}
