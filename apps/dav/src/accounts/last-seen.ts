import type { Clock } from "@relite/core/clock";
import type { Owners } from "./owners.ts";

const everyMs = 60_000;

/** Writes down that an owner was here, at most once a minute each: a request costs no commit of its own. */
export function createLastSeen(
  owners: Pick<Owners, "noteSeen">,
  clock: Clock,
): (owner: number) => Promise<void> | undefined {
  const notedMsByOwner = new Map<number, number>();
  return (owner) => {
    const nowMs = clock.nowMs();
    if (nowMs - (notedMsByOwner.get(owner) ?? Number.NEGATIVE_INFINITY) < everyMs) return undefined;
    notedMsByOwner.set(owner, nowMs);
    return owners.noteSeen(owner);
  };
}
