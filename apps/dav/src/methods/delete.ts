import type { DavContext } from "../context.ts";
import type { AllowedExchange } from "../exchange.ts";
import { conditionsOf, placeOf } from "./place-of.ts";
import { refuseShallow } from "./refuse-shallow.ts";

/** DELETE of a file or a whole tree (RFC 4918 §9.6), all or nothing. */
export function createDelete({ storage: { tree }, config }: DavContext) {
  return async (exchange: AllowedExchange): Promise<void> => {
    const place = placeOf(exchange);
    await refuseShallow(tree, place, exchange.dav.depth);
    await tree.remove(place, conditionsOf(exchange, config.prefix));
    exchange.res.writeHead(204).end();
  };
}
