import type { IncomingMessage } from "node:http";

/** Whether a request comes from a page of this very address: the browser says so, or its Origin names this host. */
export function isSameOrigin({ headers }: Pick<IncomingMessage, "headers">): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin";
  const { origin, host } = headers;
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

/** Whether the page that asks came over TLS, as its own address tells. */
export function isFromTls({ headers }: Pick<IncomingMessage, "headers">): boolean {
  return headers.origin?.startsWith("https:") === true;
}
