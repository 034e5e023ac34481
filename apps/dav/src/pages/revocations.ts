import { ReliteError } from "@relite/core/errors";
import { addressBlock, createNodeTokenCrypto } from "@relite/core/node";
import { type RevocationRecord, verifyRevocation } from "@relite/core/ucan";
import { z } from "zod";
import { clientOf } from "../access/client-of.ts";
import type { DavContext } from "../context.ts";
import type { Exchange } from "../exchange.ts";
import { createAccessCaller } from "./access-caller.ts";
import { byMethod, type PageTable, readJson, sendJson } from "./page.ts";

const recordBody = z.strictObject({
  iss: z.string().max(100),
  revoke: z.string().max(100),
  challenge: z.string().max(100),
  ucan: z.string().max(8_192),
});
const form = { reason: "bad_revocation", form: '{"iss": "…", "revoke": "…", "challenge": "…", "ucan": "…"}' };

/**
 * Revocation records of UCAN 0.8–0.10. A record proves itself, so that anybody may bring it; it takes effect with the next
 * request. Listing takes `access/read`.
 */
export function createRevocationPages(context: DavContext): PageTable {
  const { owners, revocations } = context.storage;
  const crypto = createNodeTokenCrypto();
  const caller = createAccessCaller(context);

  async function prove(exchange: Exchange, record: RevocationRecord) {
    const isOwner = (did: string) => owners.idOf(did) !== null;
    const proven = await verifyRevocation(record, { isOwner, nowMs: context.clock.nowMs(), crypto });
    if (proven.ok) return proven.revocation;
    context.wrongCodeRate.take(`revocation ${addressBlock(clientOf(exchange, context.access))}`);
    throw new ReliteError("unprocessable", "The record revokes nothing here", { reason: proven.code });
  }

  return {
    "/relite/revocations": byMethod({
      GET: async (exchange) => {
        const { owner } = await caller(exchange, "read");
        const revoked = revocations.list(owner).map(({ tokenId, cid, issuer, createdMs, expiresMs }) => ({
          tokenId,
          revoke: cid,
          iss: issuer,
          created: new Date(createdMs).toISOString(),
          expires: new Date(expiresMs).toISOString(),
        }));
        sendJson(exchange.res, 200, { revocations: revoked });
      },
      POST: async (exchange) => {
        const record = await readJson(exchange, recordBody, form);
        const { tokenId, cid, rootDid, issuerDid: issuer, expiresAtSec } = await prove(exchange, record);
        const owner = owners.idOf(rootDid);
        if (owner === null)
          throw new ReliteError("conflict", "The owner is gone", { reason: "unknown_root" });
        const { challenge } = record;
        const expiresMs = expiresAtSec * 1_000;
        const isNew = await revocations.add({ tokenId, cid, owner, issuer, challenge, expiresMs });
        exchange.subject = tokenId;
        sendJson(exchange.res, isNew ? 201 : 200, { tokenId, revoke: cid, iss: issuer });
      },
    }),
  };
}
