import { ReliteError } from "@relite/core/errors";
import type { ClientAddresses } from "@relite/core/node";
import type { Exchange } from "../exchange.ts";

/**
 * Scheme and host of this server as the one who asks has them, for answers that must name whole addresses. The scheme behind
 * a proxy is not to be seen: `https` behind one that is trusted, unless `DAV_PUBLIC_URL` says what it is.
 */
export function publicOriginOf(
  { req, socket }: Exchange,
  publicUrl: string | null,
  clients: ClientAddresses,
): string {
  if (publicUrl !== null) return publicUrl;
  const host = req.headers.host ?? "";
  const isHost = /^([a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(:\d{1,5})?$/i.test(host);
  if (!isHost) throw new ReliteError("bad_request", "The Host is not readable", { reason: "bad_host" });
  return `${clients.isThroughProxy({ headers: req.headers, socket }) ? "https" : "http"}://${host}`;
}
