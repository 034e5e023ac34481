import type { Clock } from "../clock/index.ts";
import type { SyncReader } from "./store.ts";

/** The local time corrected by what was last learned of the server's; epoch milliseconds. */
export async function serverNowMs(reader: SyncReader, clock: Clock): Promise<number> {
  const offsetMs = (await reader.get("clock", "clock"))?.offsetMs ?? 0;
  return Math.max(0, Math.floor(clock.nowMs() + offsetMs));
}
