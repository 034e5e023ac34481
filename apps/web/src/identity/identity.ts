import {
  type Capability,
  covers,
  generateKeyPair,
  inspectToken,
  issueDelegation,
  keyPairFromSeed,
  type Signer,
  signerFromKeyPair,
} from "@relite/core/ucan";

/** What makes this browser a device of its owner; both private keys are non-extractable. */
export interface IdentityRecord {
  readonly id: "self";
  readonly ownerDid: string;
  readonly deviceDid: string;
  readonly deviceName: string;
  readonly deviceKeys: CryptoKeyPair;
  /** null where the owner key is on another device only. */
  readonly ownerKeys: CryptoKeyPair | null;
  /** Owner → device. */
  readonly delegation: string;
  readonly delegationEndsAtMs: number;
  readonly createdAtMs: number;
}

const dayMs = 86_400_000;
const delegationLifeMs = 30 * dayMs;
const renewBelowMs = 7 * dayMs;

const everything: readonly Capability[] = [
  { with: "app:*", can: "app/write" },
  { with: "profile:", can: "profile/write" },
  { with: "access:", can: "access/write" },
  { with: "library:", can: "library/write" },
  { with: "chat:", can: "chat/write" },
];

/** Makes the keys of this device for the owner whose seed it is; the seed itself is not kept. */
export async function createIdentity(order: {
  readonly seed: Uint8Array;
  readonly deviceName: string;
  readonly nowMs: number;
}): Promise<IdentityRecord> {
  const [ownerKeys, deviceKeys] = await Promise.all([
    keyPairFromSeed(order.seed, { extractable: false }),
    generateKeyPair({ extractable: false }),
  ]);
  const [owner, device] = await Promise.all([signerFromKeyPair(ownerKeys), signerFromKeyPair(deviceKeys)]);
  return {
    id: "self",
    ownerDid: owner.did,
    deviceDid: device.did,
    deviceName: order.deviceName,
    deviceKeys,
    ownerKeys,
    ...(await delegate(owner, device.did, order.nowMs)),
    createdAtMs: order.nowMs,
  };
}

/** The record with a fresh delegation; null while the one at hand lasts and grants all it should, or where the owner key is not here. */
export async function renewDelegation(
  identity: IdentityRecord,
  nowMs: number,
): Promise<IdentityRecord | null> {
  const lasts = identity.delegationEndsAtMs - nowMs >= renewBelowMs;
  if (identity.ownerKeys === null || (lasts && grantsEverything(identity.delegation))) return null;
  const owner = await signerFromKeyPair(identity.ownerKeys);
  return { ...identity, ...(await delegate(owner, identity.deviceDid, nowMs)) };
}

/** False for a delegation from before something was added to what a device may do. */
function grantsEverything(delegation: string): boolean {
  const held = inspectToken(delegation)?.capabilities ?? [];
  return everything.every((needed) => held.some((one) => covers(one, needed)));
}

async function delegate(owner: Signer, deviceDid: string, nowMs: number) {
  const delegationEndsAtMs = nowMs + delegationLifeMs;
  const delegation = await issueDelegation({
    issuer: owner,
    audienceDid: deviceDid,
    capabilities: everything,
    expiresAtSec: Math.floor(delegationEndsAtMs / 1_000),
  });
  return { delegation, delegationEndsAtMs };
}
