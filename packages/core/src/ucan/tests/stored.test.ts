import { beforeEach, describe, expect, it } from "vitest";
import { createVerifier, inspectToken, issueStored, maxStoredLifeSec, type Verifier } from "../index.ts";
import { audience, createWorld, relite, type World } from "./forge.ts";

let world: World;
let keeper: Verifier;
beforeEach(async () => {
  world = await createWorld();
  keeper = createVerifier({
    audiences: [audience],
    isOwner: (did) => world.owners.has(did),
    isRevoked: ({ tokenIds }) => tokenIds.some((id) => world.revoked.has(id)),
    clock: world.clock,
    maxInvocationLifeSec: maxStoredLifeSec,
  });
});

const day = 86_400;
const codeOf = async (token: string) => {
  const verified = await keeper.verify(token);
  return verified.ok ? "ok" : verified.code;
};
const stored = (change: Partial<Parameters<typeof issueStored>[0]> = {}) =>
  issueStored({
    issuer: world.owner,
    audience,
    capabilities: [relite],
    expiresAtSec: world.nowSec() + 365 * day,
    nowMs: world.clock.nowMs(),
    ...change,
  });

describe("an invocation that its server keeps", () => {
  it("[UCAN24] lasts 365 days for the verifier told so, and is refused by every other", async () => {
    const token = await stored();
    expect(await codeOf(token)).toBe("ok");
    expect(await world.codeOf(token)).toBe("lifetime_too_long");
    world.clock.set(world.clock.nowMs() + 364 * day * 1_000);
    expect(await codeOf(token)).toBe("ok");
    world.clock.set(world.clock.nowMs() + day * 1_000);
    expect(await codeOf(token)).toBe("expired");
  });

  it("[UCAN24] longer ones are neither made nor taken, and delegations keep their own limit", async () => {
    const tooLong = world.nowSec() + 365 * day + 1;
    await expect(stored({ expiresAtSec: tooLong })).rejects.toMatchObject({ reason: "lifetime_too_long" });
    await expect(stored({ expiresAtSec: 1.5 })).rejects.toMatchObject({ reason: "malformed" });
    const payload = { prf: [await world.delegation({ payload: { exp: tooLong + day } })] };
    expect(await codeOf(await world.invocation({ payload: { ...payload, exp: tooLong } }))).toBe(
      "lifetime_too_long",
    );
    const long = await world.delegation({ payload: { exp: world.nowSec() + 401 * day } });
    expect(await codeOf(await world.invocation({ payload: { prf: [long], exp: tooLong - 1 } }))).toBe(
      "lifetime_too_long",
    );
  });

  it("[UCAN24] never outlives its proof", async () => {
    const proof = await world.delegation();
    const order = { issuer: world.device, proof };
    await expect(stored(order)).rejects.toMatchObject({ reason: "time_bounds" });
    expect(await codeOf(await stored({ ...order, expiresAtSec: world.nowSec() + 30 * day }))).toBe("ok");
    expect(
      await codeOf(await world.invocation({ payload: { prf: [proof], exp: world.nowSec() + 31 * day } })),
    ).toBe("time_bounds");
  });

  it("[UCAN24] can be looked at without being believed", async () => {
    const token = await stored();
    expect(inspectToken(token)).toEqual({
      issuerDid: world.owner.did,
      audience,
      capabilities: [relite],
      expiresAtSec: world.nowSec() + 365 * day,
      proof: null,
    });
    expect(inspectToken(token.slice(1))).toBeNull();
  });
});
