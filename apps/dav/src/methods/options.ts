import type { Exchange } from "../exchange.ts";
import { tusBodyType, tusChecksums, tusExtensions, tusVersion } from "./uploads/tus-headers.ts";

export const davClasses = "1, 2, 3, extended-mkcol, sabredav-partialupdate";
export const allowedOnFile =
  "OPTIONS, GET, HEAD, PUT, PATCH, DELETE, COPY, MOVE, PROPFIND, PROPPATCH, LOCK, UNLOCK";
export const allowedOnCollection = "OPTIONS, DELETE, COPY, MOVE, PROPFIND, PROPPATCH, REPORT, LOCK, UNLOCK";
const allowedAnywhere =
  "OPTIONS, GET, HEAD, PUT, PATCH, DELETE, MKCOL, COPY, MOVE, PROPFIND, PROPPATCH, REPORT, LOCK, UNLOCK";

/** The body of a PATCH: bytes for the range that `X-Update-Range` names (sabre/dav). */
export const partialUpdateType = "application/x-sabredav-partialupdate";

/** OPTIONS needs no authorisation and therefore says nothing about what exists. */
export async function answerOptions({ res }: Exchange): Promise<void> {
  res.writeHead(200, {
    DAV: davClasses,
    "MS-Author-Via": "DAV",
    Allow: allowedAnywhere,
    "Accept-Patch": `${partialUpdateType}, ${tusBodyType}`,
    "Tus-Resumable": tusVersion,
    "Tus-Version": tusVersion,
    "Tus-Extension": tusExtensions,
    "Tus-Checksum-Algorithm": tusChecksums,
    "Content-Length": 0,
  });
  res.end();
}
