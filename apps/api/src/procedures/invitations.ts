import { hashInvitationCode, newInvitationCode } from "@relite/core/crypto";
import { ReliteError } from "@relite/core/errors";
import { z } from "zod";
import type { Invitation, User } from "../accounts/index.ts";
import { provenProcedure, router } from "../trpc.ts";
import { profileReader, profileWriter } from "./capabilities.ts";
import { displayName, meView, readMe } from "./me-view.ts";
import { id, instant, text, toInstant, toInstantOrNull } from "./text.ts";

const lifetimeMs = 7 * 86_400_000;
const longestLifetimeMs = 90 * 86_400_000;

const invitationView = z.object({
  id,
  label: z.string().nullable(),
  createdAt: instant,
  expiresAt: instant,
  usedAt: instant.nullable(),
  revokedAt: instant.nullable(),
});

const create = profileWriter
  .meta({
    rest: { method: "POST", path: "/api/invitations", status: 201, summary: "Invite somebody" },
  })
  .input(z.strictObject({ label: text(100, 1).optional(), expiresAt: instant.optional() }))
  .output(invitationView.extend({ code: z.string() }))
  .mutation(async ({ ctx, input }) => {
    requireOwner(ctx.user);
    const nowMs = ctx.clock.nowMs();
    const expiresAtMs = input.expiresAt === undefined ? nowMs + lifetimeMs : Date.parse(input.expiresAt);
    if (!(expiresAtMs > nowMs && expiresAtMs <= nowMs + longestLifetimeMs))
      throw new ReliteError("bad_request", "expiresAt must lie within the next 90 days.", {
        reason: "bad_expiry",
      });
    const code = newInvitationCode((length) => crypto.getRandomValues(new Uint8Array(length)));
    const invitation = await ctx.services.accounts.invitations.create(ctx.user.id, {
      codeHash: await hashInvitationCode(code),
      label: input.label ?? null,
      expiresAtMs,
    });
    return { ...toInvitationView(invitation), code };
  });

const list = profileReader
  .meta({ rest: { method: "GET", path: "/api/invitations", summary: "Invitations I made" } })
  .output(z.object({ items: z.array(invitationView) }))
  .query(async ({ ctx }) => {
    const invitations = await ctx.services.accounts.invitations.list(ctx.user.id);
    return { items: invitations.map(toInvitationView) };
  });

const revoke = profileWriter
  .meta({ rest: { method: "DELETE", path: "/api/invitations/{id}", summary: "Take an invitation back" } })
  .input(z.strictObject({ id }))
  .output(z.object({ revoked: z.literal(true) }))
  .mutation(async ({ ctx, input }) => {
    const revoked = await ctx.services.accounts.invitations.revoke(ctx.user.id, input.id);
    if (!revoked) throw new ReliteError("not_found", "There is no such open invitation.");
    return { revoked: true as const };
  });

const accept = provenProcedure
  .meta({
    rest: { method: "POST", path: "/api/invitations/accept", status: 201, summary: "Join by an invitation" },
  })
  .input(z.strictObject({ code: text(200, 1), displayName: displayName.optional() }))
  .output(meView)
  .mutation(async ({ ctx, input }) => {
    const user = await ctx.services.enrolment.accept({
      code: input.code,
      did: ctx.principal.rootDid,
      displayName: input.displayName,
      remoteAddress: ctx.remoteAddress,
    });
    return readMe(ctx.services.accounts, user);
  });

export const invitationsRouter = router({ create, list, revoke, accept });

function requireOwner(user: User): void {
  if (user.role !== "owner")
    throw new ReliteError("forbidden", "Only the owner of this server invites others.", {
      reason: "owner_only",
    });
}

function toInvitationView(invitation: Invitation): z.input<typeof invitationView> {
  return {
    id: invitation.id,
    label: invitation.label,
    createdAt: toInstant(invitation.createdAtMs),
    expiresAt: toInstant(invitation.expiresAtMs),
    usedAt: toInstantOrNull(invitation.usedAtMs),
    revokedAt: toInstantOrNull(invitation.revokedAtMs),
  };
}
