import type { SyncParts } from "./parts.ts";
import { unreadableRestMs, unreadableTries } from "./plan.ts";
import type { LaneProgress } from "./store.ts";

const maxUnreadable = 8;

/** A lane of which nothing is known yet. */
export function newProgress(lane: string): LaneProgress {
  return { lane, applied: 0, did: null, cutFrom: 0, missedPolls: 0, unreadable: [] };
}

/** Changes what is known of a lane in one transaction. */
export async function changeProgress(
  parts: SyncParts,
  lane: string,
  change: (progress: LaneProgress) => LaneProgress,
): Promise<void> {
  await parts.store.write(async (writer) => {
    const progress = (await writer.get("lanes", lane)) ?? newProgress(lane);
    await writer.put("lanes", lane, change(progress));
  });
}

/** One more try that did not work out; after a few the tail rests until `nowMs` plus a while. */
export function doubt(progress: LaneProgress, name: string, nowMs = 0): LaneProgress {
  const tries = 1 + (progress.unreadable.find((tail) => tail.name === name)?.tries ?? 0);
  const retryAtMs = tries < unreadableTries ? 0 : nowMs + unreadableRestMs;
  const others = trust(progress, name).unreadable.slice(1 - maxUnreadable);
  return { ...progress, unreadable: [...others, { name, tries, retryAtMs }] };
}

/** The tail was read or confirmed after all. */
export function trust(progress: LaneProgress, name: string): LaneProgress {
  return { ...progress, unreadable: progress.unreadable.filter((tail) => tail.name !== name) };
}
