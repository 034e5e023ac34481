import { finishRemovals } from "./accounts/finish-removals.ts";
import type { DavContext } from "./context.ts";
import { countTrash, createSteadyClock, finishPurges, sweepKept } from "./sweep-kept.ts";

export interface KeptSweeper {
  /** Called every minute; `tightBytes` is what is wanted free when the disk is nearly full, else 0. */
  tick(tightBytes: number): Promise<void>;
}

const minuteMs = 60_000;
const expiredEvery = 10;
const pauseMs = 10;

/**
 * Ends what is past its time, bit by bit. Not in the first minutes, when a clock may still be wrong, and by a clock that
 * a jump ahead does not carry away.
 */
export function createKeptSweeper(
  { storage, clock, log }: Pick<DavContext, "storage" | "clock" | "log">,
  signal: AbortSignal,
): KeptSweeper {
  const pause = () => clock.sleep(pauseMs, signal);
  const steadyMs = createSteadyClock(() => clock.nowMs(), 2 * minuteMs);
  let ticks = 0;
  return {
    async tick(tightBytes) {
      const nowMs = steadyMs();
      ticks += 1;
      if (tightBytes > 0) {
        const { bytes } = await storage.trash.giveUp(tightBytes);
        if (bytes > 0)
          log.warn({ bytes }, "the disk is nearly full: the oldest of trash and versions given up");
      }
      const removed = await finishRemovals(storage, nowMs, { pause });
      if (removed.items > 0) log.info({ ...removed }, "what was left of removed owners ended");
      await finishPurges(storage, { pause });
      await countTrash(storage, { pause });
      if (ticks % expiredEvery !== 0) return;
      const { items, bytes } = await sweepKept(storage, nowMs, { pause });
      if (items > 0) log.info({ items, bytes }, "trash and versions past their time ended");
    },
  };
}
