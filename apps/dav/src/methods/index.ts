import { ReliteError } from "@relite/core/errors";
import type { DavContext } from "../context.ts";
import type { AllowedExchange, Exchange } from "../exchange.ts";
import type { Soon } from "../soon.ts";
import { type ZoneName, zoneNameOf } from "../zones.ts";
import { createCopyMove } from "./copy-move.ts";
import { createDelete } from "./delete.ts";
import { createGet } from "./get.ts";
import { createLock, createUnlock } from "./lock.ts";
import { createMkcol } from "./mkcol.ts";
import { answerOptions } from "./options.ts";
import { createPatch } from "./patch.ts";
import { createPropfind } from "./propfind.ts";
import { createProppatch } from "./proppatch.ts";
import { createPut } from "./put.ts";
import { createReport } from "./report.ts";
import { createTrashMethods } from "./trash/methods.ts";
import { createBegin, createFinish, createGiveUp, createPutPart } from "./uploads/chunked.ts";
import { createListUploads } from "./uploads/list.ts";
import { createTusHead, createTusPatch } from "./uploads/tus.ts";
import { createTusCreate } from "./uploads/tus-create.ts";
import { createVersionMethods } from "./versions/methods.ts";

type Method = (exchange: Exchange) => Soon<void>;
type MethodTable = Readonly<Record<string, (exchange: AllowedExchange) => Soon<void>>>;

/** The methods of the endpoint, each by zone: 405 where a zone does not have it; what no zone has answers 501. */
export function createMethods(context: DavContext): Readonly<Record<string, Method>> {
  const tables: Readonly<Record<ZoneName, MethodTable>> = {
    apps: createFileMethods(context),
    trash: createTrashMethods(context),
    versions: createVersionMethods(context),
    uploads: createUploadMethods(context),
  };
  const names = new Set(Object.values(tables).flatMap((table) => Object.keys(table)));
  const methods = [...names].map((name) => [name, inItsZone(tables, name)]);
  return { ...Object.fromEntries(methods), OPTIONS: answerOptions };
}

function createFileMethods(context: DavContext): MethodTable {
  const get = createGet(context);
  return {
    GET: get,
    HEAD: get,
    PUT: createPut(context),
    PATCH: createPatch(context),
    POST: createTusCreate(context),
    DELETE: createDelete(context),
    MKCOL: createMkcol(context),
    COPY: createCopyMove(context, "copy"),
    MOVE: createCopyMove(context, "move"),
    PROPFIND: createPropfind(context),
    PROPPATCH: createProppatch(context),
    REPORT: createReport(context),
    LOCK: createLock(context),
    UNLOCK: createUnlock(context),
  };
}

function createUploadMethods(context: DavContext): MethodTable {
  return {
    MKCOL: createBegin(context),
    POST: createTusCreate(context),
    HEAD: createTusHead(context),
    PATCH: createTusPatch(context),
    PUT: createPutPart(context),
    PROPFIND: createListUploads(context),
    MOVE: createFinish(context),
    DELETE: createGiveUp(context),
  };
}

function inItsZone(tables: Readonly<Record<ZoneName, MethodTable>>, name: string): Method {
  return (exchange) => {
    if (!isAllowedExchange(exchange)) throw new ReliteError("internal", "The gate was not asked");
    const zone = zoneNameOf(exchange.dav.target);
    const table: MethodTable = zone === null ? {} : tables[zone];
    const method = table[name];
    if (method !== undefined) return method(exchange);
    exchange.res.setHeader("Allow", ["OPTIONS", ...Object.keys(table)].join(", "));
    throw new ReliteError("method_not_allowed", `There is no ${name} here`);
  };
}

function isAllowedExchange(exchange: Exchange): exchange is AllowedExchange {
  return exchange.caller !== null && exchange.dav !== null;
}
