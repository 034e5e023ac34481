import { ReliteError } from "@relite/core/errors";
import type { DavContext } from "../context.ts";
import type { AllowedExchange } from "../exchange.ts";
import { declaredLength, hasBody } from "../guard.ts";
import { readBody } from "../read-body.ts";
import { readMkcolRequest } from "../xml/mkcol-request.ts";
import { maxXmlBytes } from "../xml/read-xml.ts";
import { sendXml } from "./multistatus.ts";
import { ocHeaders } from "./oc-headers.ts";
import { allowedOnCollection } from "./options.ts";
import { conditionsOf, placeOf } from "./place-of.ts";
import { planUpdates } from "./property-plan.ts";

/** MKCOL (RFC 4918 §9.3), with a body the extended one (RFC 5689): the collection and its properties at once. */
export function createMkcol({ storage: { tree }, config }: DavContext) {
  return async (exchange: AllowedExchange): Promise<void> => {
    const { req, res } = exchange;
    res.setHeader("Allow", allowedOnCollection);
    const plan = planUpdates(hasBody(req) ? await readUpdates(exchange) : []);
    if (plan.isRefused) {
      const root = `<D:mkcol-response xmlns:D="DAV:">${plan.propstats}</D:mkcol-response>`;
      return sendXml(res, 403, root);
    }
    const conditions = conditionsOf(exchange, config.prefix);
    const { node } = await tree.makeCollection(placeOf(exchange), conditions, plan);
    const headers = { ETag: `"${node.etag}"`, ...ocHeaders(exchange.dav, node), "Content-Length": 0 };
    res.writeHead(201, headers).end();
  };
}

async function readUpdates(exchange: AllowedExchange) {
  const type = exchange.req.headers["content-type"] ?? "";
  const isXml = /^(application|text)\/([a-z0-9.-]+\+)?xml\s*(;|$)/i.test(type);
  // In chunks of which none comes: no body at all.
  const isUntold = type === "" && declaredLength(exchange.req) === null;
  if (isUntold && (await readBody(exchange, maxXmlBytes)).length === 0) return [];
  const updates = isXml ? readMkcolRequest(await readBody(exchange, maxXmlBytes)) : null;
  if (updates === null) throw new ReliteError("unsupported_media_type", "MKCOL takes no such body");
  return updates;
}
