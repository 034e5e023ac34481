import { ReliteError } from "@relite/core/errors";
import type { DavContext } from "../context.ts";
import type { AllowedExchange } from "../exchange.ts";
import { hasBody } from "../guard.ts";
import { allowedOnCollection } from "./options.ts";
import { conditionsOf, placeOf } from "./place-of.ts";

/** MKCOL (RFC 4918 §9.3); a body would ask for something this server does not know. */
export function createMkcol({ storage: { tree }, config }: DavContext) {
  return async (exchange: AllowedExchange): Promise<void> => {
    const { req, res } = exchange;
    if (hasBody(req)) throw new ReliteError("unsupported_media_type", "MKCOL takes no body");
    const { node } = await tree.makeCollection(placeOf(exchange), conditionsOf(exchange, config.prefix));
    res.setHeader("Allow", allowedOnCollection);
    res.writeHead(201, { ETag: `"${node.etag}"`, "Content-Length": 0 }).end();
  };
}
