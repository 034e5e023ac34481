import { fakeClock } from "@relite/core/testing";
import {
  createVerifier,
  inspectToken,
  issueDelegation,
  issueInvocation,
  newSeed,
  seedToWords,
  signerFromKeyPair,
  wordsToSeed,
} from "@relite/core/ucan";
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { describe, expect, it } from "vitest";
import { createDatabase } from "../store/database.ts";
import { createIdentity, type IdentityRecord, renewDelegation } from "./identity.ts";

const dayMs = 86_400_000;
const audience = "did:web:localhost%3A3020";

async function verify(identity: IdentityRecord, nowMs: number) {
  const clock = fakeClock(nowMs);
  const token = await issueInvocation({
    issuer: await signerFromKeyPair(identity.deviceKeys),
    audience,
    capabilities: [{ with: "profile:", can: "profile/read" }],
    proof: identity.delegation,
    nowMs,
  });
  const isOwner = (did: string) => did === identity.ownerDid;
  return createVerifier({ audiences: [audience], isOwner, isRevoked: () => false, clock }).verify(token);
}

describe("identity", () => {
  it("[WID1] a new identity signs in with its device key through the owner's delegation", async () => {
    const nowMs = Date.UTC(2026, 0, 1);
    const identity = await createIdentity({ seed: newSeed(), deviceName: "Chrome · Linux", nowMs });
    const verified = await verify(identity, nowMs);
    expect(verified.ok && verified.principal.rootDid).toBe(identity.ownerDid);
    expect(verified.ok && verified.principal.invokerDid).toBe(identity.deviceDid);
    expect(identity.delegationEndsAtMs - nowMs).toBe(30 * dayMs);
  });

  it("[WID2] no private key can be read out, also after the database kept it", async () => {
    const database = createDatabase("identity", { indexedDB: new IDBFactory(), IDBKeyRange });
    await database.identity.put(
      await createIdentity({ seed: newSeed(), deviceName: "x", nowMs: Date.UTC(2026, 0, 1) }),
    );
    const kept = await database.identity.get("self");
    for (const pair of [kept?.deviceKeys, kept?.ownerKeys]) {
      expect(pair?.privateKey.extractable).toBe(false);
      await expect(crypto.subtle.exportKey("pkcs8", pair?.privateKey as CryptoKey)).rejects.toThrow();
    }
  });

  it("[WID3] the words make the same owner with another device", async () => {
    const seed = newSeed();
    const nowMs = Date.UTC(2026, 0, 1);
    const first = await createIdentity({ seed, deviceName: "a", nowMs });
    const again = wordsToSeed(seedToWords(seed).toUpperCase().replaceAll(" ", "\n"));
    const second = await createIdentity({ seed: again ?? new Uint8Array(32), deviceName: "b", nowMs });
    expect(second.ownerDid).toBe(first.ownerDid);
    expect(second.deviceDid).not.toBe(first.deviceDid);
  });

  it("[WID4] the delegation is renewed below seven days, and only where the owner key is", async () => {
    const nowMs = Date.UTC(2026, 0, 1);
    const identity = await createIdentity({ seed: newSeed(), deviceName: "x", nowMs });
    expect(await renewDelegation(identity, nowMs + 22 * dayMs)).toBeNull();
    const laterMs = nowMs + 24 * dayMs;
    expect(await renewDelegation({ ...identity, ownerKeys: null }, laterMs)).toBeNull();
    const renewed = await renewDelegation(identity, laterMs);
    expect(renewed?.delegationEndsAtMs).toBe(laterMs + 30 * dayMs);
    expect(renewed === null ? null : (await verify(renewed, laterMs)).ok).toBe(true);
  });

  it("[WID4] a delegation from before devices could manage access is renewed at once", async () => {
    const nowMs = Date.UTC(2026, 0, 1);
    const identity = await createIdentity({ seed: newSeed(), deviceName: "x", nowMs });
    const owner = await signerFromKeyPair(identity.ownerKeys ?? identity.deviceKeys);
    const delegation = await issueDelegation({
      issuer: owner,
      audienceDid: identity.deviceDid,
      capabilities: [{ with: "app:*", can: "app/write" }],
      expiresAtSec: nowMs / 1_000 + 20 * 86_400,
    });
    const renewed = await renewDelegation({ ...identity, delegation }, nowMs);
    expect(inspectToken(renewed?.delegation ?? "")?.capabilities).toContainEqual({
      with: "access:",
      can: "access/write",
    });
  });
});
