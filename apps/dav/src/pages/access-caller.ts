import { authorise } from "../access/authenticate.ts";
import type { DavContext } from "../context.ts";
import type { Exchange, Identity } from "../exchange.ts";

export type AccessCaller = (exchange: Exchange, action: "read" | "write") => Promise<Identity>;

/** Who asks to see or change who has access: `access:` `access/read` or `access/write`, within the owner's request rate. */
export function createAccessCaller({ access, requestRate }: DavContext): AccessCaller {
  return async (exchange, action) => {
    const identity = await authorise(exchange, { with: "access:", can: `access/${action}` }, access);
    requestRate.take(identity.owner);
    return identity;
  };
}
