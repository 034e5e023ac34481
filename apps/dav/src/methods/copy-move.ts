import type { DavContext } from "../context.ts";
import type { AllowedExchange } from "../exchange.ts";
import { conditionsOf, destinationOf, placeOf } from "./place-of.ts";
import { refuseShallow } from "./refuse-shallow.ts";
import { sendWritten } from "./send-written.ts";

/** COPY and MOVE (RFC 4918 §9.8, §9.9) of a file or a whole tree, all or nothing. */
export function createCopyMove({ storage: { tree }, config }: DavContext, kind: "copy" | "move") {
  return async (exchange: AllowedExchange): Promise<void> => {
    const { dav } = exchange;
    const from = placeOf(exchange);
    if (kind === "move") await refuseShallow(tree, from, dav.depth);
    const written = await tree[kind](from, destinationOf(exchange), {
      overwrite: dav.overwrite,
      shallow: dav.depth === "0",
      conditions: conditionsOf(exchange, config.prefix),
    });
    sendWritten(exchange, written, config.prefix);
  };
}
