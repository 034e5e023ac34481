import type { DavContext } from "../context.ts";
import type { AllowedExchange } from "../exchange.ts";
import { conditionsOf, destinationOf, placeOf } from "./place-of.ts";
import { refuseShallow } from "./refuse-shallow.ts";

/** COPY and MOVE (RFC 4918 §9.8, §9.9) of a file or a whole tree, all or nothing. */
export function createCopyMove({ storage: { tree }, config }: DavContext, kind: "copy" | "move") {
  return async (exchange: AllowedExchange): Promise<void> => {
    const { res, dav } = exchange;
    const from = placeOf(exchange);
    if (kind === "move") await refuseShallow(tree, from, dav.depth);
    const { created, node } = await tree[kind](from, destinationOf(exchange), {
      overwrite: dav.overwrite,
      shallow: dav.depth === "0",
      conditions: conditionsOf(exchange, config.prefix),
    });
    const segments = [...config.prefix, ...(dav.destination?.segments ?? [])];
    const location = segments.map((segment) => `/${encodeURIComponent(segment)}`).join("");
    res.writeHead(created ? 201 : 204, {
      ETag: `"${node.etag}"`,
      ...(created ? { Location: location, "Content-Length": 0 } : {}),
    });
    res.end();
  };
}
