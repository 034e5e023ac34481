import { ReliteError } from "@relite/core/errors";
import type { Database } from "@relite/prisma";
import {
  type AccountStoreParts,
  type LostDevice,
  type RevocationRepository,
  type RevokedToken,
  requireDid,
} from "../../accounts/index.ts";
import { isPossibleId, toNumber } from "../rows.ts";

/** A clock set back must not find a revoked token forgotten. */
const keptAfterEndMs = 30 * 86_400_000;

export function createRevocations(
  { client, sql }: Database,
  { clock }: AccountStoreParts,
): RevocationRepository {
  return {
    isRevoked: async ({ rootDid, tokenIds, issuerDids }) => {
      const [token] = await client.revokedToken.findMany({
        where: { tokenId: { in: [...tokenIds] } },
        select: { tokenId: true },
        take: 1,
      });
      if (token !== undefined) return true;
      const ofRoot = { did: { in: [...issuerDids] }, user: { dids: { some: { did: rootDid } } } };
      return (await client.lostDevice.findFirst({ where: ofRoot, select: { did: true } })) !== null;
    },
    list: async (userId) => {
      if (!isPossibleId(userId)) return [];
      const orderBy = [{ createdAtMs: "desc" as const }, { tokenId: "asc" as const }];
      return (await client.revokedToken.findMany({ where: { userId }, orderBy })).map(toRevokedToken);
    },
    add: async (userId, { tokenId, issuerDid, cid, challenge, expiresAtMs }) => {
      if (!isPossibleId(userId)) return false;
      const nowMs = clock.nowMs();
      await client.revokedToken.deleteMany({
        where: { expiresAtMs: { lt: BigInt(nowMs - keptAfterEndMs) } },
      });
      const added = await sql.run(
        `INSERT INTO "RevokedToken" ("tokenId", "userId", "issuerDid", "cid", "challenge", "createdAtMs", "expiresAtMs")
         SELECT ?, u."id", ?, ?, ?, ?, ? FROM "User" u WHERE u."id" = ? ON CONFLICT DO NOTHING`,
        [tokenId, issuerDid, cid, challenge, nowMs, expiresAtMs, userId],
      );
      return added > 0;
    },
    lostDevices: async (userId) => {
      if (!isPossibleId(userId)) return [];
      const orderBy = [{ createdAtMs: "desc" as const }, { did: "asc" as const }];
      return (await client.lostDevice.findMany({ where: { userId }, orderBy })).map(toLostDevice);
    },
    loseDevice: async (userId, { did, lostBy }) => {
      requireDid(did);
      if (!isPossibleId(userId)) return false;
      if ((await client.ownerDid.count({ where: { userId, did } })) > 0) {
        throw new ReliteError("forbidden", "This is the owner's own key.", { reason: "owner_key" });
      }
      const added = await sql.run(
        `INSERT INTO "LostDevice" ("userId", "did", "lostBy", "createdAtMs")
         SELECT u."id", ?, ?, ? FROM "User" u WHERE u."id" = ? ON CONFLICT DO NOTHING`,
        [did, lostBy, clock.nowMs(), userId],
      );
      return added > 0;
    },
    findDevice: async (userId, did) => {
      if (!isPossibleId(userId) || !isPossibleId(did)) return false;
      return (await client.lostDevice.deleteMany({ where: { userId, did } })).count > 0;
    },
  };
}

interface TokenRow {
  readonly tokenId: string;
  readonly cid: string;
  readonly issuerDid: string;
  readonly createdAtMs: bigint;
  readonly expiresAtMs: bigint;
}

function toRevokedToken({ tokenId, cid, issuerDid, createdAtMs, expiresAtMs }: TokenRow): RevokedToken {
  return {
    tokenId,
    cid,
    issuerDid,
    createdAtMs: toNumber(createdAtMs),
    expiresAtMs: toNumber(expiresAtMs),
  };
}

interface DeviceRow {
  readonly did: string;
  readonly lostBy: string;
  readonly createdAtMs: bigint;
}

function toLostDevice({ did, lostBy, createdAtMs }: DeviceRow): LostDevice {
  return { did, lostBy, createdAtMs: toNumber(createdAtMs) };
}
