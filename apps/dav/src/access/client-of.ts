import type { ClientAddresses } from "@relite/core/node";
import type { Exchange } from "../exchange.ts";

/** The network address of who asks, behind the proxies that are trusted. */
export function clientOf(
  { req, socket }: Exchange,
  { clients }: { readonly clients: ClientAddresses },
): string {
  return clients.addressOf({ headers: req.headers, socket });
}
