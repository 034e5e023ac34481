import { expect, test } from "vitest";
import type { WithMember } from "./opened-accounts.ts";

/** The part of the contract that is about tokens and keys taken back. */
export function describeRevocations(withMember: () => Promise<WithMember>): void {
  const device = "did:key:device";
  const ofOwner = {
    rootDid: "did:key:owner",
    tokenIds: ["leaf", "root"],
    issuerDids: [device, "did:key:owner"],
  };
  const ofMember = { rootDid: "did:key:member", tokenIds: ["m"], issuerDids: [device, "did:key:member"] };

  test("[AC7] a revoked token is revoked for ever, wherever it stands in a chain, once", async () => {
    await using accounts = await withMember();
    const { revocations, owner, member, clock } = accounts;
    const token = {
      tokenId: "root",
      cid: "b1",
      issuerDid: "did:key:owner",
      expiresAtMs: clock.nowMs() + 1_000,
    };
    expect(await revocations.isRevoked(ofOwner)).toBe(false);
    expect(await revocations.add(owner.id, { ...token, challenge: "c" })).toBe(true);
    expect(await revocations.add(owner.id, { ...token, challenge: "c" })).toBe(false);
    expect(await revocations.add("nobody", { ...token, tokenId: "x", challenge: "c" })).toBe(false);
    expect(await revocations.isRevoked(ofOwner)).toBe(true);
    expect(await revocations.isRevoked(ofMember)).toBe(false);
    expect(await revocations.list(owner.id)).toEqual([{ ...token, createdAtMs: clock.nowMs() }]);
    expect(await revocations.list(member.id)).toEqual([]);
    clock.set(clock.nowMs() + 20 * 86_400_000);
    await revocations.add(owner.id, { ...token, tokenId: "another", challenge: "c" });
    expect(await revocations.isRevoked(ofOwner)).toBe(true);
  });

  test("[AC7] a lost device is lost to its own user, until it is found", async () => {
    await using accounts = await withMember();
    const { revocations, owner, member, clock } = accounts;
    const order = { did: device, lostBy: "did:key:owner" };
    const lost = await Promise.all([
      revocations.loseDevice(owner.id, order),
      revocations.loseDevice(owner.id, order),
    ]);
    expect(lost.toSorted()).toEqual([false, true]);
    expect(await revocations.loseDevice("nobody", order)).toBe(false);
    expect([await revocations.isRevoked(ofOwner), await revocations.isRevoked(ofMember)]).toEqual([
      true,
      false,
    ]);
    expect(await revocations.lostDevices(owner.id)).toEqual([{ ...order, createdAtMs: clock.nowMs() }]);
    expect(await revocations.lostDevices(member.id)).toEqual([]);
    expect(await revocations.findDevice(member.id, device)).toBe(false);
    expect(await revocations.findDevice(owner.id, device)).toBe(true);
    expect(await revocations.isRevoked(ofOwner)).toBe(false);
    const ownKey = { did: "did:key:owner", lostBy: device };
    await expect(revocations.loseDevice(owner.id, ownKey)).rejects.toMatchObject({ reason: "owner_key" });
    expect(await revocations.loseDevice(member.id, ownKey)).toBe(true);
    expect(await revocations.isRevoked(ofOwner)).toBe(false);
  });
}
