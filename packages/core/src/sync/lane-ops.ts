import type { Op } from "./op.ts";
import { opKey, type SyncReader } from "./store.ts";

/** The ops of a lane from `from` to `to`, both included, as far as they are here. */
export async function readOps(
  reader: SyncReader,
  lane: string,
  from: number,
  to: number,
): Promise<readonly Op[]> {
  const rows = await reader.list("ops", { from: opKey(lane, from), to: opKey(lane, to + 1) });
  return rows.map(({ value }) => value);
}
