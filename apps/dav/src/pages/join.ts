import { hashInvitationCode } from "@relite/core/crypto";
import { ReliteError } from "@relite/core/errors";
import { addressBlock } from "@relite/core/node";
import { z } from "zod";
import { clientOf } from "../access/client-of.ts";
import { invitationRefused } from "../accounts/invitations.ts";
import type { DavContext } from "../context.ts";
import type { Exchange } from "../exchange.ts";
import { byMethod, type PageTable, readJson, sendJson } from "./page.ts";
import { proveKey } from "./prove-key.ts";

const joinBody = z.object({ code: z.string().min(1).max(200).optional() });

/** A newcomer proves the key by a token for this server, and the right by an invitation's code, or by nothing where registration is open. */
export function createJoinPages(context: DavContext): PageTable {
  const { config, storage } = context;
  const { invitations } = storage;
  const limits = { defaultQuotaBytes: config.defaultQuotaBytes, maxOwners: config.maxOwners };

  async function joinByCode(exchange: Exchange, code: string): Promise<string> {
    const codeHash = await hashInvitationCode(code);
    const state = invitations.stateOf(codeHash);
    if (state === "unknown") {
      // A right code is never counted: a stranger who guesses stands in nobody's way.
      context.wrongCodeRate.take(addressBlock(clientOf(exchange, context.access)));
      throw invitationRefused(state);
    }
    const { rootDid } = await proveKey(context, exchange);
    await invitations.accept(codeHash, rootDid, limits);
    return rootDid;
  }

  async function joinFreely(exchange: Exchange): Promise<string> {
    if (config.registration !== "open") {
      throw new ReliteError("forbidden", "An invitation is needed", { reason: "invitation_needed" });
    }
    context.openJoinRate.take(addressBlock(clientOf(exchange, context.access)));
    const { rootDid } = await proveKey(context, exchange);
    await invitations.joinOpen(rootDid, limits);
    return rootDid;
  }

  return {
    "/relite/join": byMethod({
      POST: async (exchange) => {
        if (config.registration === "closed") throw registrationClosed();
        const form = '{"code": "…"}, or {} where registration is open';
        const { code } = await readJson(exchange, joinBody, { reason: "bad_join", form });
        const did = code === undefined ? await joinFreely(exchange) : await joinByCode(exchange, code);
        sendJson(exchange.res, 201, { did });
      },
    }),
  };
}

export function registrationClosed(): ReliteError {
  return new ReliteError("forbidden", "This server takes no new owners", { reason: "registration_closed" });
}
