import { randomUUID } from "node:crypto";
import type { Clock } from "@relite/core/clock";
import type { Storage } from "../context.ts";

const holdMs = 10 * 60_000;
const renewMs = 60_000;

/** Runs work that reads content for a long time: what is let go meanwhile is not collected before it ends. */
export async function withHold<Result>(
  { holds }: Pick<Storage, "holds">,
  clock: Clock,
  work: () => Promise<Result>,
): Promise<Result> {
  const id = randomUUID();
  await holds.keep(id, holdMs);
  const ending = new AbortController();
  const renewing = (async () => {
    while (!ending.signal.aborted) {
      await clock.sleep(renewMs, ending.signal).catch(() => {});
      // A renewal that fails is tried again before the hold has run out.
      if (!ending.signal.aborted) await holds.keep(id, holdMs).catch(() => {});
    }
  })();
  try {
    return await work();
  } finally {
    ending.abort();
    await renewing;
    await holds.release(id).catch(() => {});
  }
}
