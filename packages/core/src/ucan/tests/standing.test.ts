import { beforeEach, describe, expect, it } from "vitest";
import { sha256Hex } from "../../crypto/index.ts";
import { createWorld, forge, relite, type World } from "./forge.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

const day = 86_400;

describe("root", () => {
  it("[UCAN10] refuses a root that is not enrolled, without checking a signature", async () => {
    const proof = await world.delegation({ issuer: world.stranger });
    expect(await world.codeOf(await world.invocation({ payload: { prf: [proof] } }))).toBe("unknown_root");
    expect(await world.codeOf(await world.invocation({ payload: { prf: [] } }))).toBe("unknown_root");
    expect(world.work.checks).toBe(0);
  });

  it("[UCAN10] asks for the owner again on a cached token and on a cached proof", async () => {
    const proof = await world.delegation();
    const token = await world.invocation({ payload: { prf: [proof] } });
    expect(await world.codeOf(token)).toBe("ok");
    world.owners.clear();
    expect(await world.codeOf(token)).toBe("unknown_root");
    expect(await world.codeOf(await world.invocation({ payload: { prf: [proof] } }))).toBe("unknown_root");
    world.owners.add(world.owner.did);
    expect(await world.codeOf(token)).toBe("ok");
  });

  it("[UCAN10] takes the root from the chain's end, whoever else is an owner", async () => {
    world.owners.add(world.device.did);
    const proof = await world.delegation({ issuer: world.stranger });
    expect(await world.codeOf(await world.invocation({ payload: { prf: [proof] } }))).toBe("unknown_root");
  });
});

describe("revocation", () => {
  const idOf = (token: string) => sha256Hex(token.split(".").slice(0, 2).join("."));

  it.each([
    ["the invocation", (tokens: { token: string }) => idOf(tokens.token)],
    ["the delegation", (tokens: { proof: string }) => idOf(tokens.proof)],
    ["the device", () => world.device.did],
    ["the owner key", () => world.owner.did],
  ])("[UCAN11] of %s takes effect on the next request, cached or not", async (_, keyOf) => {
    const proof = await world.delegation();
    const token = await world.invocation({ payload: { prf: [proof] } });
    const fresh = await world.invocation({ payload: { prf: [proof] } });
    const another = await world.invocation();
    expect(await world.codeOf(token)).toBe("ok");
    const key = await keyOf({ token, proof });
    world.revoked.add(key);
    expect(await world.codeOf(token)).toBe("revoked");
    const freshIsRevoked = key !== (await idOf(token));
    expect(await world.codeOf(fresh)).toBe(freshIsRevoked ? "revoked" : "ok");
    expect(await world.codeOf(another)).toBe(key.startsWith("did:") ? "revoked" : "ok");
    world.revoked.clear();
    expect(await world.codeOf(token)).toBe("ok");
  });

  it("[UCAN11] reaches a device in the middle of the chain", async () => {
    const first = await world.delegation({ payload: { aud: world.friend.did } });
    const payload = { aud: world.device.did, att: [relite], exp: world.nowSec() + day, prf: [first] };
    const token = await world.invocation({
      payload: { prf: [await forge({ issuer: world.friend, payload })] },
    });
    expect(await world.codeOf(token)).toBe("ok");
    world.revoked.add(world.friend.did);
    expect(await world.codeOf(token)).toBe("revoked");
  });

  it("[UCAN11] names every token of the chain, leaf first", async () => {
    const proof = await world.delegation();
    const token = await world.invocation({ payload: { prf: [proof] } });
    const chainIds = [await idOf(token), await idOf(proof)];
    expect(await world.verify(token)).toMatchObject({ principal: { tokenId: chainIds[0], chainIds } });
  });

  it("[UCAN11] is not escaped by the other signature that ECDSA allows", async () => {
    const token = await world.invocation();
    const [header = "", payload = "", signature = ""] = token.split(".");
    const twin = `${header}.${payload}.${p256Twin(signature)}`;
    expect(twin).not.toBe(token);
    expect(await world.codeOf(twin)).toBe("ok");
    world.revoked.add(await idOf(token));
    expect(await world.codeOf(twin)).toBe("revoked");
  });
});

const curveOrder = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** (r, s) → (r, n − s): as valid as the first, and other bytes. */
function p256Twin(signature: string): string {
  const hex = Buffer.from(signature, "base64url").toString("hex");
  const twin = (curveOrder - BigInt(`0x${hex.slice(64)}`)).toString(16).padStart(64, "0");
  return Buffer.from(hex.slice(0, 64) + twin, "hex").toString("base64url");
}
