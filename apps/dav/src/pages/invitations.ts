import { randomBytes } from "node:crypto";
import { hashInvitationCode, newInvitationCode } from "@relite/core/crypto";
import { ReliteError } from "@relite/core/errors";
import { z } from "zod";
import { invitationToJson } from "../accounts/invitations.ts";
import type { DavContext } from "../context.ts";
import type { Exchange, Identity } from "../exchange.ts";
import { createAccessCaller } from "./access-caller.ts";
import { labelText } from "./credential-view.ts";
import { registrationClosed } from "./join.ts";
import { byMethod, type PageTable, readJson, sendJson } from "./page.ts";

const newInvitation = z.strictObject({
  label: labelText,
  quotaBytes: z.int().min(0).optional(),
  days: z.int().min(1).max(90).default(7),
  /** One of the maker's own, to take it back by. */
  id: z
    .string()
    .regex(/^[\w-]{8,64}$/)
    .optional(),
  /** SHA-256 of a code made elsewhere, so that one code opens several servers and this one never learns it. */
  codeHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});
const form = '{"label": "…", "quotaBytes": 1073741824, "days": 7}, all optional';
const dayMs = 86_400_000;

/** Places for owners to come, made by an administrator; the code is told once. */
export function createInvitationPages(context: DavContext): PageTable {
  const { storage, config, clock } = context;
  const { invitations, owners } = storage;
  const caller = createAccessCaller(context);

  async function administrator(exchange: Exchange, action: "read" | "write"): Promise<Identity> {
    const identity = await caller(exchange, action);
    if (owners.isAdmin(identity.owner)) return identity;
    throw new ReliteError("forbidden", "Only an administrator invites others", {
      reason: "administrator_only",
    });
  }

  async function create(exchange: Exchange): Promise<void> {
    const { owner } = await administrator(exchange, "write");
    if (config.registration === "closed") throw registrationClosed();
    const order = await readJson(exchange, newInvitation, { reason: "bad_invitation", form });
    const { quotaBytes = null, days } = order;
    const label = order.label === "" ? null : order.label;
    const code = order.codeHash === undefined ? newInvitationCode((length) => randomBytes(length)) : null;
    const codeHash = code === null ? (order.codeHash ?? "") : await hashInvitationCode(code);
    const { id = context.newId() } = order;
    const expiresMs = clock.nowMs() + days * dayMs;
    await invitations.create({ id, codeHash, label, quotaBytes, expiresMs, madeBy: owner });
    exchange.subject = id;
    const expiresAt = new Date(expiresMs).toISOString();
    sendJson(exchange.res, 201, { id, label, quotaBytes, expiresAt, ...(code === null ? {} : { code }) });
  }

  return {
    "/relite/invitations": byMethod({
      GET: async (exchange) => {
        await administrator(exchange, "read");
        const nowMs = clock.nowMs();
        sendJson(exchange.res, 200, {
          invitations: invitations.list().map((one) => invitationToJson(one, nowMs)),
        });
      },
      POST: create,
    }),
    "/relite/invitations/*": byMethod({
      DELETE: async (exchange, id) => {
        await administrator(exchange, "write");
        if (!(await invitations.revoke(id))) {
          throw new ReliteError("not_found", "There is no such open invitation");
        }
        exchange.subject = id;
        exchange.res.writeHead(204).end();
      },
    }),
  };
}
