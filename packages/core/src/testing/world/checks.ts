import { fold, type Op, segmentName, wholeTable } from "../../sync/index.ts";
import type { WorldDevice } from "./world-device.ts";
import type { WorldServer } from "./world-server.ts";

/** Rule 1: what a device keeps op by op is the fold of all its ops. */
export async function checkFold(device: WorldDevice): Promise<readonly string[]> {
  const [ops, states] = await device.store.read(async (reader) => [
    (await reader.list("ops", wholeTable)).map(({ value }): Op => value),
    await reader.list("entities", wholeTable),
  ]);
  const folded = fold(ops);
  const isEqual =
    folded.size === states.length &&
    states.every(({ key, value }) => JSON.stringify(folded.get(key)) === JSON.stringify(value));
  return isEqual ? [] : [`1: ${device.name}'s state is not the fold of its ops`];
}

/** Rule 5: of a living lane the server holds its two newest tails, its segments, and what it still knows to delete. */
export async function checkGarbage(
  device: WorldDevice,
  paths: readonly string[],
): Promise<readonly string[]> {
  const own = await device.store.read((reader) => reader.get("own", "own"));
  if (own === undefined) return [];
  const files = paths.filter((path) => path.slice(2).startsWith(own.lane));
  const known = new Set([...own.litter, ...own.segments.map((ref) => segmentName(own.lane, ref))]);
  const strays = files.filter((path) => path.startsWith("s/") && !known.has(path.slice(2)));
  const tails = files.filter((path) => path.startsWith("l/"));
  return [
    ...(tails.length > 2 ? [`5: ${device.name} keeps ${tails.length} tails`] : []),
    ...(strays.length > 0 ? [`5: ${device.name} forgot ${strays.join()}`] : []),
    ...(own.litter.length > 20 ? [`5: ${device.name} has ${own.litter.length} files to delete`] : []),
  ];
}

/** Rule 4: nothing changed, so nobody writes, and a poll is one request. */
export async function checkQuiet(device: WorldDevice, server: WorldServer): Promise<readonly string[]> {
  const before = server.wire.length;
  await device.sync();
  const sent = server.wire
    .slice(before)
    .map(({ method }) => method)
    .join();
  return sent === "LIST" ? [] : [`4: an idle poll of ${device.name} was ${sent}`];
}
