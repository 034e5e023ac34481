import { ReliteError } from "@relite/core/errors";
import type { Database } from "@relite/prisma";
import {
  type AccountStoreParts,
  type NewOwner,
  type Role,
  requireDid,
  requireDisplayName,
  requireNewOwner,
  type SetupRepository,
  type User,
  type UserRepository,
} from "../../accounts/index.ts";
import { type Client, isPossibleId, isTaken, toNumber } from "../rows.ts";

/** The only row of `SetupClaim`. */
const claimId = 1;

interface UserRow {
  readonly id: string;
  readonly displayName: string;
  readonly role: string;
  readonly createdAtMs: bigint;
}

export function toUser({ id, displayName, role, createdAtMs }: UserRow): User {
  return { id, displayName, role: role === "owner" ? "owner" : "member", createdAtMs: toNumber(createdAtMs) };
}

export async function insertUser(
  tx: Client,
  { clock, newId }: AccountStoreParts,
  { did, displayName }: NewOwner,
  role: Role,
): Promise<User> {
  const nowMs = clock.nowMs();
  const user: User = { id: newId(), displayName, role, createdAtMs: nowMs };
  await tx.user.create({ data: { ...user, createdAtMs: BigInt(nowMs) } });
  await tx.ownerDid.create({ data: { did, userId: user.id, addedAtMs: BigInt(nowMs), position: 1 } });
  return user;
}

export function createUsers({ client, sql }: Database, { clock }: AccountStoreParts): UserRepository {
  return {
    count: () => client.user.count(),
    find: async (userId) => {
      if (!isPossibleId(userId)) return null;
      const row = await client.user.findUnique({ where: { id: userId } });
      return row === null ? null : toUser(row);
    },
    findByDid: async (did) => {
      if (!isPossibleId(did)) return null;
      const [row] = await sql.all<UserRow>(
        `SELECT u."id", u."displayName", u."role", u."createdAtMs"
         FROM "OwnerDid" d JOIN "User" u ON u."id" = d."userId" WHERE d."did" = ?`,
        [did],
      );
      return row === undefined ? null : toUser(row);
    },
    listDids: async (userId) => {
      if (!isPossibleId(userId)) return [];
      const rows = await client.ownerDid.findMany({ where: { userId }, orderBy: { position: "asc" } });
      return rows.map(({ did }) => did);
    },
    rename: async (userId, displayName) => {
      requireDisplayName(displayName);
      if (!isPossibleId(userId)) return null;
      const [row] = await client.user.updateManyAndReturn({ where: { id: userId }, data: { displayName } });
      return row === undefined ? null : toUser(row);
    },
    addDid: async (userId, did) => {
      requireDid(did);
      if (!isPossibleId(userId)) return false;
      await sql.run(
        `INSERT INTO "OwnerDid" ("did", "userId", "addedAtMs", "position")
         SELECT ?, u."id", ?, (SELECT COUNT(*) + 1 FROM "OwnerDid" d WHERE d."userId" = u."id")
         FROM "User" u WHERE u."id" = ? ON CONFLICT DO NOTHING`,
        [did, clock.nowMs(), userId],
      );
      return (await client.ownerDid.findUnique({ where: { did } }))?.userId === userId;
    },
    removeDid: async (userId, did) => {
      if (!isPossibleId(userId) || !isPossibleId(did)) return false;
      return client.$transaction((tx) => removeDid(tx, userId, did));
    },
  };
}

async function removeDid(tx: Client, userId: string, did: string): Promise<boolean> {
  // Writing the user's row first makes a second removal wait, so that the two do not both see another key.
  await tx.user.updateMany({ where: { id: userId }, data: { id: userId } });
  const dids = await tx.ownerDid.findMany({ where: { userId } });
  if (!dids.some((row) => row.did === did)) return false;
  if (dids.length === 1) {
    throw new ReliteError("conflict", "The last key of a user cannot be removed.", { reason: "last_did" });
  }
  await tx.ownerDid.delete({ where: { did } });
  return true;
}

export function createSetup({ client }: Database, parts: AccountStoreParts): SetupRepository {
  const isClaimed = async () => (await client.setupClaim.count()) > 0;
  return {
    isClaimed,
    claim: async (owner) => {
      requireNewOwner(owner);
      if (await isClaimed()) return null;
      try {
        return await client.$transaction(async (tx) => {
          const user = await insertUser(tx, parts, owner, "owner");
          const claimedAtMs = BigInt(user.createdAtMs);
          await tx.setupClaim.create({ data: { id: claimId, userId: user.id, claimedAtMs } });
          return user;
        });
      } catch (error) {
        if (isTaken(error)) return null;
        throw error;
      }
    },
  };
}
