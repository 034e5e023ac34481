import { ReliteError } from "@relite/core/errors";
import type { DavContext } from "../context.ts";
import type { AllowedExchange, Exchange } from "../exchange.ts";
import { createCopyMove } from "./copy-move.ts";
import { createDelete } from "./delete.ts";
import { createGet } from "./get.ts";
import { createLock, createUnlock } from "./lock.ts";
import { createMkcol } from "./mkcol.ts";
import { answerOptions } from "./options.ts";
import { createPropfind } from "./propfind.ts";
import { createProppatch } from "./proppatch.ts";
import { createPut } from "./put.ts";
import { createReport } from "./report.ts";

/** The method table of the endpoint; what is not in it answers 501. */
export function createMethods(
  context: DavContext,
): Readonly<Record<string, (exchange: Exchange) => Promise<void>>> {
  const get = createGet(context);
  return {
    OPTIONS: answerOptions,
    GET: allowed(get),
    HEAD: allowed(get),
    PUT: allowed(createPut(context)),
    DELETE: allowed(createDelete(context)),
    MKCOL: allowed(createMkcol(context)),
    COPY: allowed(createCopyMove(context, "copy")),
    MOVE: allowed(createCopyMove(context, "move")),
    PROPFIND: allowed(createPropfind(context)),
    PROPPATCH: allowed(createProppatch(context)),
    REPORT: allowed(createReport(context)),
    LOCK: allowed(createLock(context)),
    UNLOCK: allowed(createUnlock(context)),
  };
}

function allowed(
  method: (exchange: AllowedExchange) => Promise<void>,
): (exchange: Exchange) => Promise<void> {
  return async (exchange) => {
    if (!isAllowedExchange(exchange)) throw new ReliteError("internal", "The gate was not asked");
    return method(exchange);
  };
}

function isAllowedExchange(exchange: Exchange): exchange is AllowedExchange {
  return exchange.caller !== null && exchange.dav !== null;
}
