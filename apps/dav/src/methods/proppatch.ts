import type { DavContext } from "../context.ts";
import type { AllowedExchange } from "../exchange.ts";
import { readBody } from "../read-body.ts";
import { readProppatchRequest } from "../xml/proppatch-request.ts";
import { maxXmlBytes } from "../xml/read-xml.ts";
import { hrefOf, sendMultistatus } from "./multistatus.ts";
import { conditionsOf, placeOf } from "./place-of.ts";
import { isMinimal } from "./prefer.ts";
import { planUpdates } from "./property-plan.ts";

/** PROPPATCH (RFC 4918 §9.2): in document order, all or nothing. */
export function createProppatch({ storage: { tree }, config }: DavContext) {
  return async (exchange: AllowedExchange): Promise<void> => {
    const { dav, req, res } = exchange;
    const plan = planUpdates(readProppatchRequest(await readBody(exchange, maxXmlBytes)));
    // A refused request still has to name something, and to hold by its conditions, before it is told why.
    await tree.patchProperties(placeOf(exchange), plan, conditionsOf(exchange, config.prefix));
    if (!plan.isRefused && isMinimal(req)) {
      return void res.writeHead(204, { "Preference-Applied": "return=minimal" }).end();
    }
    const href = hrefOf(config.prefix, dav.target);
    sendMultistatus(res, `<D:response><D:href>${href}</D:href>${plan.propstats}</D:response>`);
  };
}
