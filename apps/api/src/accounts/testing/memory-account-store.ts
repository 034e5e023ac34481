import { ReliteError } from "@relite/core/errors";
import type { Invitation, InvitationRepository } from "../invitations.ts";
import {
  requireDid,
  requireDisplayName,
  requireNewInvitation,
  requireNewOwner,
  requireSettingsChange,
} from "../limits.ts";
import { noSettings, type SettingsRepository, type UserSettings } from "../settings.ts";
import type { AccountStore, AccountStoreParts } from "../store.ts";
import type { NewOwner, Role, SetupRepository, User, UserRepository } from "../users.ts";
import { memoryRevocations } from "./memory-revocations.ts";

interface InvitationRow extends Invitation {
  readonly createdByUserId: string;
  readonly codeHash: string;
}

interface Rows {
  readonly userById: Map<string, User>;
  /** In the order the keys were added. */
  readonly userIdByDid: Map<string, string>;
  readonly invitationById: Map<string, InvitationRow>;
  readonly settingsByUserId: Map<string, UserSettings>;
}

/** The twin of the Prisma account store: everything in maps, atomic because nothing awaits. */
export function createMemoryAccountStore(parts: AccountStoreParts): AccountStore {
  const rows: Rows = {
    userById: new Map(),
    userIdByDid: new Map(),
    invitationById: new Map(),
    settingsByUserId: new Map(),
  };
  return {
    users: memoryUsers(rows),
    setup: memorySetup(rows, parts),
    invitations: memoryInvitations(rows, parts),
    settings: memorySettings(rows),
    revocations: memoryRevocations(rows, parts),
  };
}

function addUser(rows: Rows, { clock, newId }: AccountStoreParts, owner: NewOwner, role: Role): User {
  const user: User = { id: newId(), displayName: owner.displayName, role, createdAtMs: clock.nowMs() };
  rows.userById.set(user.id, user);
  rows.userIdByDid.set(owner.did, user.id);
  return user;
}

function didsOf(rows: Rows, userId: string): readonly string[] {
  return [...rows.userIdByDid].filter(([, owner]) => owner === userId).map(([did]) => did);
}

function memoryUsers(rows: Rows): UserRepository {
  return {
    count: async () => rows.userById.size,
    find: async (userId) => rows.userById.get(userId) ?? null,
    findByDid: async (did) => rows.userById.get(rows.userIdByDid.get(did) ?? "") ?? null,
    listDids: async (userId) => didsOf(rows, userId),
    rename: async (userId, displayName) => {
      requireDisplayName(displayName);
      const user = rows.userById.get(userId);
      if (user === undefined) return null;
      const renamed = { ...user, displayName };
      rows.userById.set(userId, renamed);
      return renamed;
    },
    addDid: async (userId, did) => {
      requireDid(did);
      if (!rows.userById.has(userId)) return false;
      const owner = rows.userIdByDid.get(did);
      if (owner !== undefined) return owner === userId;
      rows.userIdByDid.set(did, userId);
      return true;
    },
    removeDid: async (userId, did) => {
      if (rows.userIdByDid.get(did) !== userId) return false;
      if (didsOf(rows, userId).length === 1) {
        throw new ReliteError("conflict", "The last key of a user cannot be removed.", {
          reason: "last_did",
        });
      }
      return rows.userIdByDid.delete(did);
    },
  };
}

function memorySetup(rows: Rows, parts: AccountStoreParts): SetupRepository {
  return {
    isClaimed: async () => rows.userById.size > 0,
    claim: async (owner) => {
      requireNewOwner(owner);
      return rows.userById.size > 0 ? null : addUser(rows, parts, owner, "owner");
    },
  };
}

function shown({ createdByUserId: _by, codeHash: _hash, ...invitation }: InvitationRow): Invitation {
  return invitation;
}

function memoryInvitations(rows: Rows, parts: AccountStoreParts): InvitationRepository {
  const mine = (userId: string) =>
    [...rows.invitationById.values()].filter((row) => row.createdByUserId === userId);
  return {
    create: async (userId, invitation) => {
      requireNewInvitation(invitation);
      if (!rows.userById.has(userId)) throw new ReliteError("not_found", "There is no such user.");
      const row: InvitationRow = {
        id: parts.newId(),
        ...invitation,
        createdByUserId: userId,
        createdAtMs: parts.clock.nowMs(),
        revokedAtMs: null,
        usedAtMs: null,
        usedByUserId: null,
      };
      rows.invitationById.set(row.id, row);
      return shown(row);
    },
    list: async (userId) => mine(userId).map(shown).reverse(),
    revoke: async (userId, invitationId) => {
      const row = mine(userId).find(({ id }) => id === invitationId);
      if (row === undefined || row.usedAtMs !== null || row.revokedAtMs !== null) return false;
      rows.invitationById.set(row.id, { ...row, revokedAtMs: parts.clock.nowMs() });
      return true;
    },
    accept: async (codeHash, member) => {
      requireNewOwner(member);
      const row = [...rows.invitationById.values()].find((other) => other.codeHash === codeHash);
      if (row === undefined) return { ok: false, reason: "unknown" };
      if (row.usedAtMs !== null) return { ok: false, reason: "used" };
      if (row.revokedAtMs !== null) return { ok: false, reason: "revoked" };
      if (row.expiresAtMs <= parts.clock.nowMs()) return { ok: false, reason: "expired" };
      if (rows.userIdByDid.has(member.did)) return { ok: false, reason: "did_taken" };
      const user = addUser(rows, parts, member, "member");
      rows.invitationById.set(row.id, { ...row, usedAtMs: user.createdAtMs, usedByUserId: user.id });
      return { ok: true, user };
    },
  };
}

function memorySettings(rows: Rows): SettingsRepository {
  const read = (userId: string) => rows.settingsByUserId.get(userId) ?? noSettings;
  return {
    read: async (userId) => read(userId),
    update: async (userId, change) => {
      requireSettingsChange(change);
      if (!rows.userById.has(userId)) return null;
      const settings = { ...read(userId), ...change };
      rows.settingsByUserId.set(userId, settings);
      return settings;
    },
  };
}
