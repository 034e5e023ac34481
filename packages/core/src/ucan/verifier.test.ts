import { describe, expect, it } from "vitest";
import { fakeClock } from "../testing/index.ts";
import {
  appCapability,
  createTokenSource,
  createVerifier,
  generateKeyPair,
  isAllowed,
  issueDelegation,
  issueInvocation,
  signerFromKeyPair,
} from "./index.ts";

const audience = "did:web:localhost%3A3021";

describe.each(["EdDSA", "ES256"] as const)("a device signing with %s", (alg) => {
  it("[UCAN1] acts for its owner through a delegation", async () => {
    const clock = fakeClock();
    const owner = await signerFromKeyPair(await generateKeyPair({ extractable: false }));
    const device = await signerFromKeyPair(await generateKeyPair({ extractable: false, alg }));
    const proof = await issueDelegation({
      issuer: owner,
      audienceDid: device.did,
      capabilities: [{ with: "app:*", can: "app/write" }],
      expiresAtSec: clock.nowMs() / 1_000 + 30 * 86_400,
    });
    const source = createTokenSource({
      signer: device,
      proof,
      audience: "did:web:localhost:3021",
      capabilities: [appCapability("relite", ["sync"], "write")],
      clock,
    });
    const verifier = createVerifier({
      audiences: [audience],
      isOwner: (did) => did === owner.did,
      isRevoked: () => false,
      clock,
    });
    const first = await verifier.verify(await source.token());
    const second = await verifier.verify(await source.token());
    if (!first.ok || !second.ok) throw new Error(JSON.stringify([first, second]));
    expect(first.principal).toMatchObject({
      rootDid: owner.did,
      invokerDid: device.did,
      depth: 2,
      cache: "cold",
    });
    expect(second.principal.cache).toBe("hit");
    expect(isAllowed(first.principal, appCapability("relite", ["sync", "v1"], "read"))).toBe(true);
    expect(isAllowed(first.principal, appCapability("relite", [], "read"))).toBe(false);
  });
});

it("[UCAN2] an owner invokes directly", async () => {
  const clock = fakeClock();
  const owner = await signerFromKeyPair(await generateKeyPair({ extractable: false }));
  const token = await issueInvocation({
    issuer: owner,
    audience,
    capabilities: [{ with: "profile:", can: "profile/read" }],
    nowMs: clock.nowMs(),
  });
  const verifier = createVerifier({
    audiences: [audience],
    isOwner: () => true,
    isRevoked: () => false,
    clock,
  });
  const result = await verifier.verify(token);
  expect(result).toMatchObject({
    ok: true,
    principal: { grants: [{ with: "profile:", can: "profile/read" }] },
  });
});
