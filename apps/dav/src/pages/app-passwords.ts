import { ReliteError } from "@relite/core/errors";
import { z } from "zod";
import { keepCredential } from "../access/keep-credential.ts";
import type { DavContext } from "../context.ts";
import { createAccessCaller } from "./access-caller.ts";
import { describeCredential, labelText } from "./credential-view.ts";
import { byMethod, type PageTable, readJson, sendJson } from "./page.ts";

const newPassword = z.strictObject({
  ucan: z.string().min(1).max(8_192),
  label: labelText,
});

const daySec = 86_400;

/**
 * App passwords of the one who asks: a UCAN signed by them for this server, behind a password that ordinary WebDAV clients can
 * send. The password is told once.
 */
export function createAppPasswordPages(context: DavContext): PageTable {
  const { credentials } = context.storage;
  const caller = createAccessCaller(context);
  return {
    "/relite/app-passwords": byMethod({
      GET: async (exchange) => {
        const { owner } = await caller(exchange, "read");
        const appPasswords = credentials.list(owner, "app-password").map(describeCredential);
        sendJson(exchange.res, 200, { appPasswords });
      },
      POST: async (exchange) => {
        const maker = await caller(exchange, "write");
        const form = { reason: "bad_app_password", form: '{"ucan": "…", "label": "…"}' };
        const { ucan, label } = await readJson(exchange, newPassword, form);
        const order = { kind: "app-password", ucan, label, mayWrite: true, minLifeSec: daySec } as const;
        const { facts, secret } = await keepCredential(maker, order, context.keeping);
        exchange.subject = facts.id;
        const { id } = facts;
        sendJson(exchange.res, 201, {
          ...describeCredential(facts),
          username: id,
          password: `${id}${secret}`,
        });
      },
    }),
    "/relite/app-passwords/*": byMethod({
      DELETE: async (exchange, id) => {
        const { owner } = await caller(exchange, "write");
        if (!(await credentials.revoke(owner, "app-password", id))) {
          throw new ReliteError("not_found", "There is no such app password");
        }
        exchange.subject = id;
        exchange.res.writeHead(204).end();
      },
    }),
  };
}
