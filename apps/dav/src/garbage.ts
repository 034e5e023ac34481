import type { DavContext } from "./context.ts";

const everyMs = 10 * 60_000;
/** Long enough for every read that began before the content was let go. */
export const graceMs = 60 * 60_000;

type Parts = Pick<DavContext, "storage" | "clock" | "log">;

/** Drops content that no file has had for the grace period: rows first, then the bytes; then bytes no row ever named. */
export async function collectGarbage({ storage, clock }: Parts): Promise<number> {
  const { tree, blobs } = storage;
  const beforeMs = clock.nowMs() - graceMs;
  let dropped = 0;
  for (const { owner, hash } of await tree.collectUnreferenced(beforeMs)) {
    if (await blobs.drop(owner, hash, beforeMs)) dropped += 1;
  }
  for await (const { owner, hash, modifiedMs } of blobs.list()) {
    if (modifiedMs >= beforeMs || (await tree.hasContent(owner, hash))) continue;
    if (await blobs.drop(owner, hash, beforeMs)) dropped += 1;
  }
  return dropped;
}

/** Collects now and again while the server runs; `stop` waits for the one that is running. */
export function startCollecting({ storage, clock, log }: Parts): { stop(): Promise<void> } {
  const ending = new AbortController();
  const loop = async () => {
    while (!ending.signal.aborted) {
      const dropped = await collectGarbage({ storage, clock, log });
      if (dropped > 0) log.info({ dropped }, "unreferenced content dropped");
      await clock.sleep(everyMs, ending.signal);
    }
  };
  const running = loop().catch((error: unknown) => {
    if (!ending.signal.aborted) log.error({ err: error }, "collecting unreferenced content failed");
  });
  return {
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}
