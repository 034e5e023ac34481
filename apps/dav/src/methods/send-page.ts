import type { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";

/** Sends a part of a long answer, waits for the client to take it, and lets others be served; false when it has left. */
export async function sendPage(res: Writable, text: string): Promise<boolean> {
  if (res.destroyed) return false;
  if (!res.write(text)) await drained(res);
  await setImmediate();
  return !res.destroyed;
}

function drained(res: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off("drain", done);
      res.off("close", done);
      resolve();
    };
    res.on("drain", done);
    res.on("close", done);
  });
}
