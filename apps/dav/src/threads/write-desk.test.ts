import { MessageChannel } from "node:worker_threads";
import { expect, it } from "vitest";
import type { Write } from "../storage/forward-writes.ts";
import { createWriteCaller } from "./write-caller.ts";
import { createWriteDesk } from "./write-desk.ts";

it("[TH5] what cannot cross threads fails alone, and nobody waits for ever", async () => {
  const writes = new Map<string, Write>([
    ["good", async (text) => text],
    ["bad", async () => () => {}],
  ]);
  const { port1, port2 } = new MessageChannel();
  createWriteDesk(new Map([["port", writes]])).serve(port1);
  const caller = createWriteCaller(port2);
  const settled = await Promise.allSettled([
    caller.call("port", "good", ["one"]),
    caller.call("port", "bad", []),
    caller.call("port", "good", [() => {}]),
    caller.call("port", "good", ["two"]),
  ]);
  const told = settled.map((one) => (one.status === "fulfilled" ? one.value : String(one.reason)));
  expect(told).toEqual(["one", "Error: not plain data", "Error: not plain data", "two"]);
  caller.close();
});
