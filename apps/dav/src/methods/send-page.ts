import type { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";

/**
 * Sends a part of a long answer, waits until it has left for the client, and lets others be served; false when the
 * client has left. The part's bytes are not looked at any more then.
 */
export async function sendPage(res: Writable, part: string | Uint8Array): Promise<boolean> {
  if (res.destroyed) return false;
  await written(res, part);
  await setImmediate();
  return !res.destroyed;
}

function written(res: Writable, part: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off("close", done);
      resolve();
    };
    // An answer that waits behind another on its connection, which ends, is only told so.
    res.on("close", done);
    res.write(part, done);
  });
}
