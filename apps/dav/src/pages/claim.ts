import { equalSecrets } from "@relite/core/crypto";
import { ReliteError } from "@relite/core/errors";
import { z } from "zod";
import type { DavContext } from "../context.ts";
import { byMethod, type PageTable, readJson, sendJson } from "./page.ts";
import { proveKey } from "./prove-key.ts";

const claimBody = z.object({ code: z.string().min(1).max(200) });

/** The first owner: proves the key by a token for this server, and the right by the one-time code. */
export function createClaimPages(context: DavContext): PageTable {
  const { owners } = context.storage;
  return {
    "/relite/claim": byMethod({
      POST: async (exchange) => {
        context.claimRate.take("claim");
        const { code } = await readJson(exchange, claimBody, { reason: "bad_claim", form: '{"code": "…"}' });
        const { rootDid: did } = await proveKey(context, exchange);
        if (owners.isClaimed()) {
          throw new ReliteError("conflict", "This server has its owner already", {
            reason: "already_claimed",
          });
        }
        const { setupCode, defaultQuotaBytes } = context.config;
        if (setupCode === null || !(await equalSecrets(code, setupCode))) {
          throw new ReliteError("insufficient", "The setup code is not right", { reason: "bad_setup_code" });
        }
        await owners.claim(did, defaultQuotaBytes);
        sendJson(exchange.res, 201, { did });
      },
    }),
  };
}
