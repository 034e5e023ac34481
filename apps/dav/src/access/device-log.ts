import type { Clock } from "@relite/core/clock";
import type { Logger } from "@relite/core/log";
import type { Devices } from "./devices.ts";

/** Notes which keys come, behind the answer and to a quarter of an hour. */
export interface DeviceLog {
  seen(owner: number, did: string, agent: string | undefined): void;
}

const noteEveryMs = 15 * 60_000;
const maxRemembered = 10_000;
const maxAgentChars = 200;
const hourMs = 3_600_000;
/** Who was delegated to can make keys without end: of one owner no more are noted in an hour, so that the list stays of use. */
const maxNotesPerHour = 60;

export function createDeviceLog(parts: {
  readonly devices: Devices;
  readonly clock: Clock;
  readonly log: Logger;
}): DeviceLog {
  const { devices, clock, log } = parts;
  const notedMsByKey = new Map<string, number>();
  const hourByOwner = new Map<number, { readonly sinceMs: number; notes: number }>();
  const isBusy = (owner: number, atMs: number) => {
    const known = hourByOwner.get(owner);
    const isOver = known === undefined || Math.abs(atMs - known.sinceMs) >= hourMs;
    const hour = isOver ? { sinceMs: atMs, notes: 0 } : known;
    if (isOver) hourByOwner.set(owner, hour);
    hour.notes += 1;
    return hour.notes > maxNotesPerHour;
  };
  return {
    seen: (owner, did, agent = "") => {
      const key = `${owner} ${did}`;
      const atMs = clock.nowMs();
      const notedMs = notedMsByKey.get(key);
      if (notedMs !== undefined && Math.abs(atMs - notedMs) < noteEveryMs) return;
      if (isBusy(owner, atMs)) return;
      if (notedMsByKey.size >= maxRemembered) notedMsByKey.clear();
      notedMsByKey.set(key, atMs);
      devices.note(owner, { did, agent: agent.slice(0, maxAgentChars), atMs }).catch((err: unknown) => {
        notedMsByKey.delete(key);
        log.warn({ err, did }, "a device's use was not noted");
      });
    },
  };
}
