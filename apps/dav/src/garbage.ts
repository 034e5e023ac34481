import type { DavContext } from "./context.ts";

const everyMs = 10 * 60_000;
const roundsPerDay = 144;
/** Long enough for every read that began before the content was let go. */
export const graceMs = 60 * 60_000;

type Parts = Pick<DavContext, "storage" | "clock" | "log">;

/** Drops content that no file has had for the grace period: rows first, then the bytes. */
export async function collectUnreferenced({ storage, clock }: Parts): Promise<number> {
  const { tree, blobs } = storage;
  const beforeMs = clock.nowMs() - graceMs;
  let dropped = 0;
  for (const { owner, hash } of await tree.collectUnreferenced(beforeMs)) {
    if (await blobs.drop(owner, hash, beforeMs)) dropped += 1;
  }
  return dropped;
}

/** Drops bytes no row ever named: a write was refused, or the process died, after they were kept. Looks at every blob. */
export async function collectStrays({ storage, clock }: Parts): Promise<number> {
  const { tree, blobs } = storage;
  const beforeMs = clock.nowMs() - graceMs;
  let dropped = 0;
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
    for (let round = 0; !ending.signal.aborted; round += 1) {
      let dropped = await collectUnreferenced({ storage, clock, log });
      if (round % roundsPerDay === 0) dropped += await collectStrays({ storage, clock, log });
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
