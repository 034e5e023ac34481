import { ReliteError } from "@relite/core/errors";
import { createNodeTokenCrypto } from "@relite/core/node";
import { parseDidKey, verifyRevocation } from "@relite/core/ucan";
import { z } from "zod";
import { openProcedure, router } from "../trpc.ts";
import { accessReader, accessWriter } from "./capabilities.ts";
import { instant, text, toInstant } from "./text.ts";

const record = z.strictObject({
  iss: text(100, 1),
  revoke: text(100, 1),
  challenge: text(100, 1),
  ucan: text(8_192, 1),
});
const did = text(100, 1).refine((value) => parseDidKey(value) !== null, "must be a did:key");
const tokenView = z.object({
  tokenId: z.string(),
  revoke: z.string(),
  iss: z.string(),
  createdAt: instant,
  expiresAt: instant,
});
const deviceView = z.object({ did: z.string(), lostBy: z.string(), lostAt: instant });
const crypto = createNodeTokenCrypto();

const revoke = openProcedure
  .meta({
    rest: {
      method: "POST",
      path: "/api/revocations",
      status: 201,
      summary: "Take a token back by a record that proves itself",
    },
  })
  .input(record)
  .output(z.object({ tokenId: z.string(), revoke: z.string() }))
  .mutation(async ({ ctx, input }) => {
    const { users, revocations } = ctx.services.accounts;
    const isOwner = async (root: string) => (await users.findByDid(root)) !== null;
    const proven = await verifyRevocation(input, { isOwner, nowMs: ctx.clock.nowMs(), crypto });
    if (!proven.ok)
      throw new ReliteError("unprocessable", "The record revokes nothing here.", { reason: proven.code });
    const { tokenId, cid, issuerDid, rootDid, expiresAtSec } = proven.revocation;
    const { challenge } = input;
    const expiresAtMs = expiresAtSec * 1_000;
    const user = await users.findByDid(rootDid);
    if (user !== null) await revocations.add(user.id, { tokenId, cid, issuerDid, challenge, expiresAtMs });
    return { tokenId, revoke: cid };
  });

const list = accessReader
  .meta({ rest: { method: "GET", path: "/api/revocations", summary: "Tokens taken back and devices lost" } })
  .output(z.object({ tokens: z.array(tokenView), devices: z.array(deviceView) }))
  .query(async ({ ctx }) => {
    const { revocations } = ctx.services.accounts;
    const [tokens, devices] = await Promise.all([
      revocations.list(ctx.user.id),
      revocations.lostDevices(ctx.user.id),
    ]);
    return {
      tokens: tokens.map(({ tokenId, cid, issuerDid, createdAtMs, expiresAtMs }) => ({
        tokenId,
        revoke: cid,
        iss: issuerDid,
        createdAt: toInstant(createdAtMs),
        expiresAt: toInstant(expiresAtMs),
      })),
      devices: devices.map((one) => ({
        did: one.did,
        lostBy: one.lostBy,
        lostAt: toInstant(one.createdAtMs),
      })),
    };
  });

const loseDevice = accessWriter
  .meta({
    rest: { method: "DELETE", path: "/api/devices/{did}", summary: "Shut out a device that was lost" },
  })
  .input(z.strictObject({ did }))
  .output(z.object({ lost: z.literal(true) }))
  .mutation(async ({ ctx, input }) => {
    const order = { did: input.did, lostBy: ctx.principal.invokerDid };
    await ctx.services.accounts.revocations.loseDevice(ctx.user.id, order);
    return { lost: true as const };
  });

const findDevice = accessWriter
  .meta({ rest: { method: "PUT", path: "/api/devices/{did}", summary: "Let a lost device in again" } })
  .input(z.strictObject({ did }))
  .output(z.object({ found: z.literal(true) }))
  .mutation(async ({ ctx, input }) => {
    if (ctx.principal.invokerDid !== ctx.principal.rootDid)
      throw new ReliteError("forbidden", "Only the owner's own key brings a device back.", {
        reason: "owner_key_needed",
      });
    if (!(await ctx.services.accounts.revocations.findDevice(ctx.user.id, input.did)))
      throw new ReliteError("not_found", "This device is not lost.");
    return { found: true as const };
  });

export const accessRouter = router({ revoke, list, loseDevice, findDevice });
