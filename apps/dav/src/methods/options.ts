import type { Exchange } from "../exchange.ts";

export const davClasses = "1, 2, 3, extended-mkcol";
export const allowedOnFile = "OPTIONS, GET, HEAD, PUT, DELETE, COPY, MOVE, PROPFIND, PROPPATCH, LOCK, UNLOCK";
export const allowedOnCollection = "OPTIONS, DELETE, COPY, MOVE, PROPFIND, PROPPATCH, REPORT, LOCK, UNLOCK";
const allowedAnywhere =
  "OPTIONS, GET, HEAD, PUT, DELETE, MKCOL, COPY, MOVE, PROPFIND, PROPPATCH, REPORT, LOCK, UNLOCK";

/** OPTIONS needs no authorisation and therefore says nothing about what exists. */
export async function answerOptions({ res }: Exchange): Promise<void> {
  res.writeHead(200, {
    DAV: davClasses,
    "MS-Author-Via": "DAV",
    Allow: allowedAnywhere,
    "Content-Length": 0,
  });
  res.end();
}
