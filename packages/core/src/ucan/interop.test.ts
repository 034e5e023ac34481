import * as ucans from "@ucans/ucans";
import { describe, expect, it } from "vitest";
import { systemClock } from "../clock/index.ts";
import {
  createVerifier,
  generateKeyPair,
  isAllowed,
  issueDelegation,
  issueInvocation,
  signerFromKeyPair,
} from "./index.ts";

const audience = "did:web:localhost%3A3021";
const nowSec = () => Math.floor(systemClock.nowMs() / 1_000);
const theirs = { EdDSA: () => ucans.EdKeypair.create(), ES256: () => ucans.EcdsaKeypair.create() };
const everyApp = { with: { scheme: "app", hierPart: "*" }, can: { namespace: "app", segments: ["write"] } };
const notes = { with: { scheme: "app", hierPart: "notes" }, can: { namespace: "app", segments: ["read"] } };

describe.each(["EdDSA", "ES256"] as const)("tokens of ts-ucan 0.12 (UCAN 0.8.1) with %s", (alg) => {
  it("[UCAN21] verify with ours", async () => {
    const [owner, device] = [await theirs[alg](), await theirs[alg]()];
    const proof = await ucans.build({
      issuer: owner,
      audience: device.did(),
      capabilities: [everyApp],
      lifetimeInSeconds: 3_600,
      addNonce: true,
    });
    const invocation = await ucans.build({
      issuer: device,
      audience,
      capabilities: [notes],
      lifetimeInSeconds: 300,
      proofs: [ucans.encode(proof)],
      addNonce: true,
    });
    const verifier = createVerifier({
      audiences: [audience],
      isOwner: (did) => did === owner.did(),
      isRevoked: () => false,
      clock: systemClock,
    });
    const verified = await verifier.verify(ucans.encode(invocation));
    if (!verified.ok) throw new Error(verified.code);
    expect(verified.principal).toMatchObject({ rootDid: owner.did(), invokerDid: device.did(), depth: 2 });
    expect(isAllowed(verified.principal, { with: "app:notes/a", can: "app/read" })).toBe(true);
    expect(isAllowed(verified.principal, { with: "app:notes/a", can: "app/write" })).toBe(false);
  });

  it("[UCAN21] need a nonce", async () => {
    const owner = await theirs[alg]();
    const token = await ucans.build({
      issuer: owner,
      audience,
      capabilities: [notes],
      lifetimeInSeconds: 300,
    });
    const verifier = createVerifier({
      audiences: [audience],
      isOwner: () => true,
      isRevoked: () => false,
      clock: systemClock,
    });
    expect(await verifier.verify(ucans.encode(token))).toEqual({ ok: false, code: "malformed" });
  });
});

describe.each(["EdDSA", "ES256"] as const)("our tokens with %s", (alg) => {
  it("[UCAN21] parse with ts-ucan, and each signature holds there", async () => {
    const owner = await signerFromKeyPair(await generateKeyPair({ extractable: false, alg }));
    const device = await signerFromKeyPair(await generateKeyPair({ extractable: false, alg }));
    const proof = await issueDelegation({
      issuer: owner,
      audienceDid: device.did,
      capabilities: [
        { with: "app:*", can: "app/write" },
        { with: "profile:", can: "profile/read" },
      ],
      expiresAtSec: nowSec() + 3_600,
    });
    const token = await issueInvocation({
      issuer: device,
      audience,
      capabilities: [{ with: "app:notes/日记", can: "write" }],
      proof,
      nowMs: systemClock.nowMs(),
    });
    const parsed = await ucans.validate(token);
    expect(parsed.payload).toMatchObject({ iss: device.did, aud: audience, prf: [proof] });
    expect(parsed.payload.att).toEqual([
      { with: { scheme: "app", hierPart: "notes/日记" }, can: { namespace: "write", segments: [] } },
    ]);
    expect((await ucans.validate(proof)).payload.att).toHaveLength(2);
  });

  it("[UCAN21] a key that cannot be exported signs for ts-ucan", async () => {
    const signer = await signerFromKeyPair(await generateKeyPair({ extractable: false, alg }));
    const token = await ucans.build({
      issuer: { did: () => signer.did, jwtAlg: signer.alg, sign: (bytes) => signer.sign(bytes) },
      audience,
      capabilities: [notes],
      lifetimeInSeconds: 300,
      addNonce: true,
    });
    await expect(ucans.validate(ucans.encode(token))).resolves.toBeDefined();
  });
});
