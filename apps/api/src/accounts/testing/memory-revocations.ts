import { ReliteError } from "@relite/core/errors";
import { requireDid } from "../limits.ts";
import type { LostDevice, RevocationRepository, RevokedToken } from "../revocations.ts";
import type { AccountStoreParts } from "../store.ts";

type Owned<Value> = Value & { readonly userId: string };

/** The twin of the revocations in the database; `userIdByDid` is the account store's own. */
export function memoryRevocations(
  users: {
    readonly userById: ReadonlyMap<string, unknown>;
    readonly userIdByDid: ReadonlyMap<string, string>;
  },
  { clock }: AccountStoreParts,
): RevocationRepository {
  const tokenById = new Map<string, Owned<RevokedToken>>();
  let lost: readonly Owned<LostDevice>[] = [];
  const ofUser = <Value>(rows: Iterable<Owned<Value>>, userId: string) =>
    [...rows].filter((row) => row.userId === userId);
  return {
    isRevoked: async ({ rootDid, tokenIds, issuerDids }) => {
      const userId = users.userIdByDid.get(rootDid);
      const isLost = lost.some((one) => one.userId === userId && issuerDids.includes(one.did));
      return isLost || tokenIds.some((id) => tokenById.has(id));
    },
    list: async (userId) =>
      ofUser(tokenById.values(), userId)
        .map(({ userId: _user, ...token }) => token)
        .reverse(),
    add: async (userId, { challenge: _challenge, ...token }) => {
      if (!users.userById.has(userId) || tokenById.has(token.tokenId)) return false;
      tokenById.set(token.tokenId, { ...token, userId, createdAtMs: clock.nowMs() });
      return true;
    },
    lostDevices: async (userId) =>
      ofUser(lost, userId)
        .map(({ userId: _user, ...device }) => device)
        .reverse(),
    loseDevice: async (userId, { did, lostBy }) => {
      requireDid(did);
      if (users.userIdByDid.get(did) === userId) {
        throw new ReliteError("forbidden", "This is the owner's own key.", { reason: "owner_key" });
      }
      if (!users.userById.has(userId) || ofUser(lost, userId).some((one) => one.did === did)) return false;
      lost = [...lost, { userId, did, lostBy, createdAtMs: clock.nowMs() }];
      return true;
    },
    findDevice: async (userId, did) => {
      const before = lost.length;
      lost = lost.filter((one) => one.userId !== userId || one.did !== did);
      return lost.length < before;
    },
  };
}
