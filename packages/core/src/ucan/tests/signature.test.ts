import { beforeEach, describe, expect, it } from "vitest";
import { createWorld, everyApp, type Fields, forge, relite, type World } from "./forge.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

const day = 86_400;

describe.each(["node", "web"] as const)("signature, checked by %s crypto", (runtime) => {
  beforeEach(async () => {
    world = await createWorld({ runtime });
  });

  it("[UCAN12] refuses a flipped bit anywhere in the signature", async () => {
    const proof = await world.delegation();
    for (const at of [0, 7, 31, 32, 40, 63]) {
      const signature = (good: Uint8Array) => good.map((byte, index) => (index === at ? byte ^ 1 : byte));
      expect(await world.codeOf(await world.invocation({ signature, payload: { prf: [proof] } }))).toBe(
        "bad_signature",
      );
      const prf = [await world.delegation({ signature })];
      expect(await world.codeOf(await world.invocation({ payload: { prf } }))).toBe("bad_signature");
    }
  });

  it.each<[string, (good: Uint8Array) => Uint8Array]>([
    ["all zero", () => new Uint8Array(64)],
    ["all ones", () => new Uint8Array(64).fill(255)],
    ["halves exchanged", (good) => new Uint8Array([...good.slice(32), ...good.slice(0, 32)])],
  ])("[UCAN12] refuses a signature of %s with both algorithms", async (_, signature) => {
    expect(await world.codeOf(await world.invocation({ signature }))).toBe("bad_signature");
    expect(
      await world.codeOf(
        await world.invocation({ payload: { prf: [await world.delegation({ signature })] } }),
      ),
    ).toBe("bad_signature");
  });

  it("[UCAN12] refuses Ed25519 with S + L", async () => {
    const prf = [await world.delegation({ signature: plusOrder })];
    expect(await world.codeOf(await world.invocation({ payload: { prf } }))).toBe("bad_signature");
  });

  it("[UCAN12] refuses a payload signed for another header, and by another key", async () => {
    const [token, other] = [await world.invocation(), await world.invocation()];
    const [header, , signature] = token.split(".");
    expect(await world.codeOf([header, other.split(".")[1], signature].join("."))).toBe("bad_signature");
    const forged = await forge({
      issuer: world.stranger,
      payload: {
        iss: world.owner.did,
        aud: "did:web:localhost%3A3021",
        att: [relite],
        exp: world.nowSec() + 300,
      },
    });
    expect(await world.codeOf(forged)).toBe("bad_signature");
  });

  it("[UCAN12] costs an outsider who names a real owner one failed check, root first", async () => {
    const payload = {
      aud: world.stranger.did,
      iss: world.owner.did,
      att: [everyApp],
      exp: world.nowSec() + day,
    };
    let proof = await forge({ issuer: world.stranger, payload });
    for (let depth = 0; depth < 3; depth += 1)
      proof = await forge({
        issuer: world.stranger,
        payload: { ...payload, iss: world.stranger.did, prf: [proof] },
      });
    const token = await world.invocation({ issuer: world.stranger, payload: { prf: [proof] } });
    for (let round = 1; round <= 3; round += 1) {
      expect(await world.codeOf(token)).toBe("bad_signature");
      expect(world.work.checks).toBe(round);
    }
  });

  it("[UCAN22] checks time before authority, and authority before signatures", async () => {
    const signature = () => new Uint8Array(64);
    const prf = [await world.delegation({ issuer: world.stranger, signature })];
    const wrong = (payload: Fields) => world.invocation({ signature, payload: { prf, ...payload } });
    expect(await world.codeOf(await wrong({ aud: "did:web:b", exp: 1 }))).toBe("wrong_audience");
    expect(await world.codeOf(await wrong({ exp: 1 }))).toBe("expired");
    const elsewhere = await world.delegation({
      issuer: world.stranger,
      signature,
      payload: { aud: world.friend.did },
    });
    expect(await world.codeOf(await wrong({ prf: [elsewhere] }))).toBe("broken_chain");
    expect(await world.codeOf(await wrong({}))).toBe("unknown_root");
    world.owners.add(world.stranger.did);
    world.revoked.add(world.device.did);
    expect(await world.codeOf(await wrong({}))).toBe("revoked");
    world.revoked.clear();
    expect(world.work.checks).toBe(0);
    expect(await world.codeOf(await wrong({}))).toBe("bad_signature");
  });
});

const ed25519Order = 2n ** 252n + 27742317777372353535851937790883648493n;

function plusOrder(good: Uint8Array): Uint8Array {
  const s = BigInt(`0x${Buffer.from(good.slice(32)).reverse().toString("hex")}`) + ed25519Order;
  const bytes = Buffer.from(s.toString(16).padStart(64, "0"), "hex").reverse();
  return new Uint8Array([...good.slice(0, 32), ...bytes]);
}
