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

export function createDeviceLog(parts: {
  readonly devices: Devices;
  readonly clock: Clock;
  readonly log: Logger;
}): DeviceLog {
  const { devices, clock, log } = parts;
  const notedMsByKey = new Map<string, number>();
  return {
    seen: (owner, did, agent = "") => {
      const key = `${owner} ${did}`;
      const atMs = clock.nowMs();
      const notedMs = notedMsByKey.get(key);
      if (notedMs !== undefined && Math.abs(atMs - notedMs) < noteEveryMs) return;
      if (notedMsByKey.size >= maxRemembered) notedMsByKey.clear();
      notedMsByKey.set(key, atMs);
      devices.note(owner, { did, agent: agent.slice(0, maxAgentChars), atMs }).catch((err: unknown) => {
        notedMsByKey.delete(key);
        log.warn({ err, did }, "a device's use was not noted");
      });
    },
  };
}
