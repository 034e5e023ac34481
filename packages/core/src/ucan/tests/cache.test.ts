import { beforeEach, describe, expect, it } from "vitest";
import { createVerifier } from "../index.ts";
import { createWorld, type World } from "./forge.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

const day = 86_400;

describe("cache", () => {
  const cacheOf = async (token: string) => {
    const verified = await world.verify(token);
    return verified.ok ? verified.principal.cache : verified.code;
  };

  it("[UCAN17] checks a token once, a known proof never again, and everything again after the end", async () => {
    const proof = await world.delegation();
    const token = await world.invocation({ payload: { prf: [proof] } });
    expect([await cacheOf(token), world.work.checks]).toEqual(["cold", 2]);
    expect([await cacheOf(token), world.work.checks]).toEqual(["hit", 2]);
    const second = await world.invocation({ payload: { prf: [proof] } });
    expect([await cacheOf(second), world.work.checks]).toEqual(["proofs", 3]);
    world.clock.set(world.clock.nowMs() + 300_000);
    expect(await cacheOf(token)).toBe("expired");
    const later = await world.invocation({ payload: { prf: [proof] } });
    expect([await cacheOf(later), world.work.checks]).toEqual(["proofs", 4]);
    world.clock.set(world.clock.nowMs() + 31 * day * 1_000);
    expect(await cacheOf(await world.invocation({ payload: { prf: [proof] } }))).toBe("expired");
  });

  it("[UCAN17] answers a hit with the same principal", async () => {
    const token = await world.invocation();
    const [first, second] = [await world.verify(token), await world.verify(token)];
    if (!first.ok || !second.ok) throw new Error("refused");
    expect(second.principal).toEqual({ ...first.principal, cache: "hit" });
  });

  it("[UCAN17] recalls at once what was verified, and asks for expiry, owner and revocation all the same", async () => {
    const token = await world.invocation();
    let [isKnown, isRevoked] = [true, false];
    const verifier = createVerifier({
      audiences: ["did:web:localhost%3A3021"],
      isOwner: () => isKnown,
      isRevoked: () => isRevoked,
      clock: world.clock,
    });
    expect(verifier.recall(token)).toBeNull();
    const [, again] = [await verifier.verify(token), await verifier.verify(token)];
    expect(verifier.recall(token)).toEqual(again);
    expect(verifier.recall(`${token}=`)).toBeNull();
    isRevoked = true;
    expect(verifier.recall(token)).toEqual({ ok: false, code: "revoked" });
    isKnown = false;
    expect(verifier.recall(token)).toEqual({ ok: false, code: "unknown_root" });
    [isKnown, isRevoked] = [true, false];
    expect(verifier.recall(token)?.ok).toBe(true);
    world.clock.set(world.clock.nowMs() + 300_000);
    expect(verifier.recall(token)).toBeNull();
    expect(await verifier.verify(token)).toEqual({ ok: false, code: "expired" });
  });

  it("[UCAN17] never takes a good token for a wrongly signed one, or the other way round", async () => {
    const token = await world.invocation();
    const broken = `${token.slice(0, -6)}${token.slice(-6) === "AAAAAA" ? "BAAAAA" : "AAAAAA"}`.replace(
      /.$/,
      "A",
    );
    expect(await world.codeOf(broken)).toBe("bad_signature");
    expect(await world.codeOf(token)).toBe("ok");
    expect(await world.codeOf(broken)).toBe("bad_signature");
    const good = await world.delegation();
    const badProof = good.replace(/.{8}$/, "AAAAAAAA");
    expect(await cacheOf(await world.invocation({ payload: { prf: [good] } }))).toBe("cold");
    expect(await cacheOf(await world.invocation({ payload: { prf: [badProof] } }))).toBe("bad_signature");
  });

  it("[UCAN17] does not carry a proof's trust to an invocation by another key", async () => {
    const proof = await world.delegation();
    expect(await cacheOf(await world.invocation({ payload: { prf: [proof] } }))).toBe("cold");
    expect(await cacheOf(await world.invocation({ issuer: world.friend, payload: { prf: [proof] } }))).toBe(
      "broken_chain",
    );
  });

  it("[UCAN17] forgets what was used longest ago when it is full", async () => {
    world = await createWorld({ maxCached: 2 });
    const tokens = [await world.invocation(), await world.invocation(), await world.invocation()];
    for (const token of tokens) expect(await cacheOf(token)).toBe("cold");
    expect(await cacheOf(tokens[2] ?? "")).toBe("hit");
    expect(await cacheOf(tokens[1] ?? "")).toBe("hit");
    expect(await cacheOf(tokens[0] ?? "")).toBe("cold");
    expect(await cacheOf(tokens[1] ?? "")).toBe("hit");
    expect(await cacheOf(tokens[2] ?? "")).toBe("proofs");
  });

  it("[UCAN17] passes on the failure of the owner or revocation lookup and lets nobody in", async () => {
    const failing = createVerifier({
      audiences: ["did:web:localhost%3A3021"],
      isOwner: () => Promise.reject(new Error("database is gone")),
      isRevoked: () => false,
      clock: world.clock,
    });
    await expect(failing.verify(await world.invocation())).rejects.toThrow("database is gone");
  });
});
