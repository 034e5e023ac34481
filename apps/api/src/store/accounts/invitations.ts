import { ReliteError } from "@relite/core/errors";
import type { Database } from "@relite/prisma";
import {
  type AcceptOutcome,
  type AccountStoreParts,
  type Invitation,
  type InvitationRepository,
  type NewOwner,
  requireNewInvitation,
  requireNewOwner,
} from "../../accounts/index.ts";
import { type Client, isPossibleId, isTaken, toNumber, toNumberOrNull } from "../rows.ts";
import { insertUser } from "./users.ts";

interface InvitationRow {
  readonly id: string;
  readonly label: string | null;
  readonly createdAtMs: bigint;
  readonly expiresAtMs: bigint;
  readonly revokedAtMs: bigint | null;
  readonly usedAtMs: bigint | null;
  readonly usedByUserId: string | null;
}

function toInvitation(row: InvitationRow): Invitation {
  return {
    id: row.id,
    label: row.label,
    createdAtMs: toNumber(row.createdAtMs),
    expiresAtMs: toNumber(row.expiresAtMs),
    revokedAtMs: toNumberOrNull(row.revokedAtMs),
    usedAtMs: toNumberOrNull(row.usedAtMs),
    usedByUserId: row.usedByUserId,
  };
}

export function createInvitations({ client }: Database, parts: AccountStoreParts): InvitationRepository {
  const { clock, newId } = parts;
  return {
    create: async (userId, { codeHash, label, expiresAtMs }) => {
      requireNewInvitation({ codeHash, label, expiresAtMs });
      const known = isPossibleId(userId) && (await client.user.count({ where: { id: userId } })) === 1;
      if (!known) throw new ReliteError("not_found", "There is no such user.");
      const createdAtMs = BigInt(clock.nowMs());
      const data = { id: newId(), createdByUserId: userId, codeHash, label, createdAtMs };
      return toInvitation(
        await client.invitation.create({ data: { ...data, expiresAtMs: BigInt(expiresAtMs) } }),
      );
    },
    list: async (userId) => {
      if (!isPossibleId(userId)) return [];
      const rows = await client.invitation.findMany({
        where: { createdByUserId: userId },
        orderBy: [{ createdAtMs: "desc" }, { id: "desc" }],
      });
      return rows.map(toInvitation);
    },
    revoke: async (userId, invitationId) => {
      if (!isPossibleId(userId) || !isPossibleId(invitationId)) return false;
      const { count } = await client.invitation.updateMany({
        where: { id: invitationId, createdByUserId: userId, usedAtMs: null, revokedAtMs: null },
        data: { revokedAtMs: BigInt(clock.nowMs()) },
      });
      return count === 1;
    },
    accept: async (codeHash, member) => {
      requireNewOwner(member);
      if (!isPossibleId(codeHash)) return { ok: false, reason: "unknown" };
      try {
        return await client.$transaction((tx) => accept(tx, parts, codeHash, member));
      } catch (error) {
        if (isTaken(error)) return { ok: false, reason: "did_taken" };
        throw error;
      }
    },
  };
}

async function accept(
  tx: Client,
  parts: AccountStoreParts,
  codeHash: string,
  member: NewOwner,
): Promise<AcceptOutcome> {
  const nowMs = BigInt(parts.clock.nowMs());
  // Marking it used comes first: whoever changes the row has it, the others wait and find nothing to change.
  const { count } = await tx.invitation.updateMany({
    where: { codeHash, usedAtMs: null, revokedAtMs: null, expiresAtMs: { gt: nowMs } },
    data: { usedAtMs: nowMs },
  });
  if (count === 0) return { ok: false, reason: await whyNot(tx, codeHash) };
  const user = await insertUser(tx, parts, member, "member");
  await tx.invitation.update({ where: { codeHash }, data: { usedByUserId: user.id } });
  return { ok: true, user };
}

async function whyNot(tx: Client, codeHash: string): Promise<"unknown" | "expired" | "revoked" | "used"> {
  const row = await tx.invitation.findUnique({ where: { codeHash } });
  if (row === null) return "unknown";
  if (row.usedAtMs !== null) return "used";
  return row.revokedAtMs === null ? "expired" : "revoked";
}
