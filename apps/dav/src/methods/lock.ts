import { ReliteError } from "@relite/core/errors";
import type { DavContext } from "../context.ts";
import type { AllowedExchange } from "../exchange.ts";
import { readBody } from "../read-body.ts";
import { shownHref } from "../shown-path.ts";
import type { ActiveLock } from "../tree/locks.ts";
import { readLockRequest } from "../xml/lock-request.ts";
import { maxXmlBytes } from "../xml/read-xml.ts";
import { activeLock } from "./lock-element.ts";
import { readLockToken } from "./lock-token.ts";
import { sendXml } from "./multistatus.ts";
import { conditionsOf, placeOf } from "./place-of.ts";
import { readTimeoutMs } from "./timeout.ts";

/** LOCK (RFC 4918 §9.10): with a body a new lock, without one a new term for those the request holds. */
export function createLock({ storage: { tree }, config, clock, newId }: DavContext) {
  const send = ({ res, dav }: AllowedExchange, status: number, locks: readonly ActiveLock[]) => {
    const hrefOf = (segments: readonly string[]) => shownHref(dav.target, config.prefix, segments);
    const elements = locks.map((lock) => activeLock(lock, hrefOf, clock.nowMs())).join("");
    const root = `<D:prop xmlns:D="DAV:"><D:lockdiscovery>${elements}</D:lockdiscovery></D:prop>`;
    sendXml(res, status, root);
  };

  return async (exchange: AllowedExchange): Promise<void> => {
    const { caller, dav, req, res } = exchange;
    const body = await readBody(exchange, maxXmlBytes);
    const place = placeOf(exchange);
    const conditions = conditionsOf(exchange, config.prefix);
    const timeoutMs = readTimeoutMs(req.headers.timeout);
    if (body.length === 0) {
      if (conditions.held === undefined) {
        throw new ReliteError("bad_request", "A LOCK without a body refreshes what its If header names", {
          reason: "no_lock_named",
        });
      }
      return send(exchange, 200, await tree.refresh(place, timeoutMs, conditions));
    }
    const { shared, ownerXml } = readLockRequest(body);
    if (dav.target.endsWithSlash && (await tree.find(place)) === null) {
      throw new ReliteError("conflict", "The address of a file has no slash at its end", {
        reason: "trailing_slash",
      });
    }
    const { actor: principal } = caller;
    const deep = dav.depth === "infinity";
    const request = { token: `urn:uuid:${newId()}`, principal, shared, deep, ownerXml, timeoutMs };
    const { created, lock } = await tree.lock(place, request, conditions);
    res.setHeader("Lock-Token", `<${lock.token}>`);
    send(exchange, created ? 201 : 200, [lock]);
  };
}

/** UNLOCK (RFC 4918 §9.11), for the principal of the lock and for the owner's own key. */
export function createUnlock({ storage: { tree }, config }: DavContext) {
  return async (exchange: AllowedExchange): Promise<void> => {
    const { caller, req, res } = exchange;
    const token = readLockToken(req.headers["lock-token"]);
    if (token === null) {
      throw new ReliteError("bad_request", "Lock-Token names the lock to end", { reason: "bad_lock_token" });
    }
    const { actor: principal } = caller;
    const unlocker = { token, principal, isOwnerKey: principal === caller.principal.rootDid };
    await tree.unlock(placeOf(exchange), unlocker, conditionsOf(exchange, config.prefix));
    res.writeHead(204).end();
  };
}
