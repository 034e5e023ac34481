export interface DatedVersion {
  readonly id: number;
  /** When it was written over. */
  readonly replacedMs: number;
}

/** The most versions one file has. */
export const maxVersionsPerFile = 100;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const leftAfterCut = 90;

/**
 * The versions of one file that may go, given oldest first: of the last hour all stay, of the last day the newest of
 * each hour, of the last 30 days the newest of each day, of what is older the newest of each week. Of more than
 * `maxVersionsPerFile`, the last hour is thinned to one of each two minutes, and then the oldest go.
 * A version whose time lies ahead counts as new: a clock that was wrong loses nothing.
 */
export function versionsToDrop(versions: readonly DatedVersion[], nowMs: number): readonly number[] {
  const kept = keptOf(versions, nowMs, 1);
  const isTooMany = kept.length > maxVersionsPerFile;
  const fewer = isTooMany ? keptOf(versions, nowMs, 2 * minuteMs).slice(-leftAfterCut) : kept;
  const keptIds = new Set(fewer.map(({ id }) => id));
  return versions.filter(({ id }) => !keptIds.has(id)).map(({ id }) => id);
}

function keptOf(versions: readonly DatedVersion[], nowMs: number, newestSlotMs: number) {
  return versions.filter((version, index) => {
    const slotMs = slotOf(nowMs - version.replacedMs, newestSlotMs);
    const next = versions[index + 1];
    return slotMs === 1 || next === undefined || partOf(next, slotMs) !== partOf(version, slotMs);
  });
}

function slotOf(ageMs: number, newestSlotMs: number): number {
  if (ageMs < hourMs) return newestSlotMs;
  if (ageMs < dayMs) return hourMs;
  return ageMs < 30 * dayMs ? dayMs : 7 * dayMs;
}

/** Fixed in time, so that what stays today is not measured anew tomorrow. */
function partOf({ replacedMs }: DatedVersion, slotMs: number): number {
  return Math.floor(replacedMs / slotMs);
}
