import { ReliteError } from "@relite/core/errors";
import { z } from "zod";
import { keepCredential } from "../access/keep-credential.ts";
import type { DavContext } from "../context.ts";
import { createAccessCaller } from "./access-caller.ts";
import { describeCredential, labelText } from "./credential-view.ts";
import { byMethod, type PageTable, readJson, sendJson } from "./page.ts";

const newShare = z.strictObject({ ucan: z.string().min(1).max(8_192), label: labelText });
const minLifeSec = 60;

/** Share links of the one who asks: a UCAN signed by them to read one file or folder, behind a secret that is told once. */
export function createSharesPages(context: DavContext): PageTable {
  const { credentials } = context.storage;
  const caller = createAccessCaller(context);
  return {
    "/relite/shares": byMethod({
      GET: async (exchange) => {
        const { owner } = await caller(exchange, "read");
        sendJson(exchange.res, 200, { shares: credentials.list(owner, "share").map(describeCredential) });
      },
      POST: async (exchange) => {
        const maker = await caller(exchange, "write");
        const form = { reason: "bad_share", form: '{"ucan": "…", "label": "…"}' };
        const { ucan, label } = await readJson(exchange, newShare, form);
        const order = { kind: "share", ucan, label, mayWrite: false, minLifeSec } as const;
        const { facts, secret } = await keepCredential(maker, order, context.keeping);
        exchange.subject = facts.id;
        sendJson(exchange.res, 201, { ...describeCredential(facts), link: `/s/${facts.id}#${secret}` });
      },
    }),
    "/relite/shares/*": byMethod({
      DELETE: async (exchange, id) => {
        const { owner } = await caller(exchange, "write");
        if (!(await credentials.revoke(owner, "share", id))) {
          throw new ReliteError("not_found", "There is no such share");
        }
        exchange.subject = id;
        exchange.res.writeHead(204).end();
      },
    }),
  };
}
