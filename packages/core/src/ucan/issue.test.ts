import { beforeAll, describe, expect, it } from "vitest";
import {
  type Capability,
  generateKeyPair,
  issueDelegation,
  issueInvocation,
  type Signer,
  signerFromKeyPair,
} from "./index.ts";
import { decodeToken } from "./token.ts";

const nowMs = Date.UTC(2026, 0, 1, 12, 0, 0, 700);
const nowSec = Math.floor(nowMs / 1_000);
const audience = "did:web:localhost%3A3021";
const capabilities: readonly Capability[] = [{ with: "app:relite", can: "app/write" }];
let owner: Signer;
let device: Signer;
beforeAll(async () => {
  owner = await signerFromKeyPair(await generateKeyPair({ extractable: false }));
  device = await signerFromKeyPair(await generateKeyPair({ extractable: false, alg: "ES256" }));
});

const delegate = (change: object = {}) =>
  issueDelegation({
    issuer: owner,
    audienceDid: device.did,
    capabilities,
    expiresAtSec: nowSec + 86_400,
    ...change,
  });
const invoke = (change: object = {}) =>
  issueInvocation({ issuer: owner, audience, capabilities, nowMs, ...change });
const endOf = (token: string) => {
  const decoded = decodeToken(token);
  if (!decoded.ok) throw new Error(decoded.code);
  return decoded.token.expiresAtSec;
};

describe("issuing", () => {
  it("[UCAN18] two tokens of the same second differ", async () => {
    expect(await delegate()).not.toBe(await delegate());
    expect(await invoke()).not.toBe(await invoke());
  });

  it("[UCAN18] an invocation lives five minutes unless told otherwise, and never beyond its proof", async () => {
    expect(endOf(await invoke())).toBe(nowSec + 300);
    expect(endOf(await invoke({ ttlSec: 3_600 }))).toBe(nowSec + 3_600);
    const proof = await delegate({ expiresAtSec: nowSec + 100 });
    expect(endOf(await invoke({ issuer: device, proof }))).toBe(nowSec + 100);
  });

  it.each<[string, () => Promise<string>, string]>([
    ["an invocation of more than an hour", () => invoke({ ttlSec: 3_601 }), "lifetime_too_long"],
    ["an invocation of no time", () => invoke({ ttlSec: 0 }), "lifetime_too_long"],
    ["an invocation of NaN", () => invoke({ ttlSec: Number.NaN }), "lifetime_too_long"],
    ["a capability of no known kind", () => invoke({ capabilities: [{ with: "*", can: "*" }] }), "malformed"],
    [
      "33 capabilities",
      () => invoke({ capabilities: Array.from({ length: 33 }, () => capabilities[0]) }),
      "too_many_capabilities",
    ],
    ["a proof that is no token", () => invoke({ proof: "x.y.z" }), "malformed"],
    ["a proof for another key", async () => invoke({ proof: await delegate() }), "broken_chain"],
    ["a delegation to a server", () => delegate({ audienceDid: audience }), "bad_did"],
    ["a delegation that ends in a fraction", () => delegate({ expiresAtSec: 1.5 }), "malformed"],
    [
      "a delegation that outlives its proof",
      async () => delegate({ issuer: device, proof: await delegate(), expiresAtSec: nowSec + 86_401 }),
      "time_bounds",
    ],
    [
      "a token above 8 kB",
      () =>
        delegate({
          capabilities: Array.from({ length: 32 }, (_, at) => ({
            with: `app:a${at}/${"x".repeat(250)}`,
            can: "read",
          })),
        }),
      "too_large",
    ],
  ])("[UCAN18] refuses %s", async (_, issue, reason) => {
    await expect(issue()).rejects.toMatchObject({ code: "bad_request", reason });
  });

  it("[UCAN18] refuses to invoke through a delegation that has ended", async () => {
    const proof = await delegate({ expiresAtSec: nowSec });
    await expect(invoke({ issuer: device, proof })).rejects.toMatchObject({
      code: "unauthorized",
      reason: "expired",
    });
  });

  it("[UCAN23] an error never repeats the token", async () => {
    const proof = await delegate();
    const failure: unknown = await invoke({ proof }).catch((error: unknown) => error);
    expect(JSON.stringify(failure) + String(failure)).not.toContain(proof.slice(-40));
  });
});
