import { beforeEach, describe, expect, it } from "vitest";
import { sha256Hex } from "../../crypto/index.ts";
import { createWorld, everyApp, type Fields, forge, relite, type World } from "./forge.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

const day = 86_400;

describe("audience", () => {
  it.each(["did:web:localhost:3021", "did:web:LOCALHOST%3A3021", "did:web:localhost%3a3021"])(
    "[UCAN7] accepts %s",
    async (aud) => {
      expect(await world.codeOf(await world.invocation({ payload: { aud } }))).toBe("ok");
    },
  );

  it.each([
    "did:web:localhost",
    "did:web:localhost%3A3020",
    "did:web:localhost%3A30210",
    "did:web:localhost%253A3021",
    "did:web:localhost.%3A3021",
    "did:web:localhost%3A3021:dav",
    "did:web:localhost%3A3021#a",
    "did:web:localhost%3A3021?a",
    "did:web:user@localhost%3A3021",
    "did:web:xlocalhost%3A3021",
    "did:web:evil.example",
    "did:WEB:localhost%3A3021",
    "did:web:*",
    "did:web:lоcalhost%3A3021".replace("о", "%D0%BE"),
    "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
  ])("[UCAN7] refuses %s", async (aud) => {
    expect(await world.codeOf(await world.invocation({ payload: { aud } }))).toBe("wrong_audience");
  });

  it("[UCAN7] refuses a delegation that is presented as an invocation", async () => {
    expect(await world.codeOf(await world.delegation())).toBe("wrong_audience");
  });
});

describe("time", () => {
  const inSec = (sec: number) => ({ exp: world.nowSec() + sec });
  it.each<[string, () => Fields, string]>([
    ["a second left", () => inSec(1), "ok"],
    ["ends now", () => inSec(0), "expired"],
    ["ended a second ago", () => inSec(-1), "expired"],
    ["ended in 1970", () => ({ exp: 0 }), "expired"],
    ["lives an hour", () => inSec(3_600), "ok"],
    ["lives an hour and a second", () => inSec(3_601), "lifetime_too_long"],
    ["ends in milliseconds", () => ({ exp: world.clock.nowMs() + 300_000 }), "lifetime_too_long"],
    ["begins now", () => ({ nbf: world.nowSec() }), "ok"],
    ["began long ago", () => ({ nbf: 0 }), "ok"],
    ["begins within the leeway", () => ({ nbf: world.nowSec() + 60 }), "ok"],
    ["begins later", () => ({ nbf: world.nowSec() + 61 }), "not_yet_valid"],
    ["begins in milliseconds", () => ({ nbf: world.clock.nowMs() }), "not_yet_valid"],
  ])("[UCAN8] an invocation that %s: %s", async (_, payload, code) => {
    expect(await world.codeOf(await world.invocation({ payload: payload() }))).toBe(code);
  });

  it.each<[string, () => Fields, string]>([
    ["400 days", () => inSec(400 * day), "ok"],
    ["a second more than 400 days", () => inSec(400 * day + 1), "lifetime_too_long"],
    ["just as long as its invocation", () => inSec(300), "ok"],
    ["a second less than its invocation", () => inSec(299), "time_bounds"],
    ["no more", () => inSec(0), "expired"],
    ["with a start in the past", () => ({ nbf: world.nowSec() - day }), "time_bounds"],
    ["with a start to come", () => ({ nbf: world.nowSec() + day }), "time_bounds"],
  ])("[UCAN8] a delegation that lives %s", async (_, payload, code) => {
    const prf = [await world.delegation({ payload: payload() })];
    expect(await world.codeOf(await world.invocation({ payload: { prf } }))).toBe(code);
  });

  it("[UCAN8] reads the clock to the millisecond", async () => {
    const token = await world.invocation({ payload: inSec(1) });
    world.clock.set(world.clock.nowMs() + 999);
    expect(await world.codeOf(token)).toBe("ok");
    world.clock.set(world.clock.nowMs() + 1);
    expect(await world.codeOf(token)).toBe("expired");
  });
});

describe("chain", () => {
  /** owner → friend → … → device, `length` tokens with the invocation. */
  const chainOf = async (length: number) => {
    let proof: readonly string[] = [];
    let issuer = world.owner;
    for (let left = length - 1; left > 0; left -= 1) {
      const next = left === 1 ? world.device : world.friend;
      const payload = { aud: next.did, prf: proof, att: [everyApp], exp: world.nowSec() + 3_600 };
      proof = [await forge({ issuer, payload })];
      issuer = next;
    }
    return world.invocation({ issuer, payload: { prf: proof } });
  };

  it.each([1, 2, 3, 4, 5])("[UCAN9] accepts a chain of %d tokens", async (length) => {
    const verified = await world.verify(await chainOf(length));
    expect(verified).toMatchObject({ ok: true, principal: { depth: length, rootDid: world.owner.did } });
  });

  it("[UCAN9] refuses a chain of six", async () => {
    expect(await world.codeOf(await chainOf(6))).toBe("too_deep");
  });

  it("[UCAN9] counts the links of a cached proof as well", async () => {
    let proof = await world.delegation({ payload: { aud: world.friend.did } });
    for (let depth = 3; depth <= 6; depth += 1) {
      proof = await forge({
        issuer: world.friend,
        payload: { aud: world.friend.did, att: [everyApp], exp: world.nowSec() + 3_600, prf: [proof] },
      });
      const token = await world.invocation({ issuer: world.friend, payload: { prf: [proof] } });
      expect(await world.codeOf(token)).toBe(depth <= 5 ? "ok" : "too_deep");
    }
  });

  it.each<[string, () => Promise<Fields>, string]>([
    [
      "two proofs",
      async () => ({ prf: [await world.delegation(), await world.delegation()] }),
      "too_many_proofs",
    ],
    [
      "one proof twice",
      async () => {
        const proof = await world.delegation();
        return { prf: [proof, proof] };
      },
      "too_many_proofs",
    ],
    [
      "a proof for another key",
      async () => ({ prf: [await world.delegation({ payload: { aud: world.friend.did } })] }),
      "broken_chain",
    ],
    [
      "a proof for a server",
      async () => ({ prf: [await world.delegation({ payload: { aud: "did:web:localhost%3A3021" } })] }),
      "broken_chain",
    ],
    [
      "a proof for the same key, spelled with a fragment",
      async () => ({ prf: [await world.delegation({ payload: { aud: `${world.device.did}#0` } })] }),
      "broken_chain",
    ],
    ["a proof cut short", async () => ({ prf: [(await world.delegation()).slice(0, -4)] }), "malformed"],
    ["a proof with padding", async () => ({ prf: [`${await world.delegation()}==`] }), "malformed"],
    [
      "33 capabilities",
      async () => ({ att: Array.from({ length: 33 }, () => relite) }),
      "too_many_capabilities",
    ],
    [
      "33 capabilities in its proof",
      async () => ({
        prf: [await world.delegation({ payload: { att: Array.from({ length: 33 }, () => relite) } })],
      }),
      "too_many_capabilities",
    ],
    ["32 capabilities", async () => ({ att: Array.from({ length: 32 }, () => relite) }), "ok"],
  ])("[UCAN9] a token with %s", async (_, payload, code) => {
    expect(await world.codeOf(await world.invocation({ payload: await payload() }))).toBe(code);
  });
});

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
    const { createVerifier } = await import("../index.ts");
    const failing = createVerifier({
      audiences: ["did:web:localhost%3A3021"],
      isOwner: () => Promise.reject(new Error("database is gone")),
      isRevoked: () => false,
      clock: world.clock,
    });
    await expect(failing.verify(await world.invocation())).rejects.toThrow("database is gone");
  });
});

const curveOrder = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const ed25519Order = 2n ** 252n + 27742317777372353535851937790883648493n;

/** (r, s) → (r, n − s): as valid as the first, and other bytes. */
function p256Twin(signature: string): string {
  const hex = Buffer.from(signature, "base64url").toString("hex");
  const twin = (curveOrder - BigInt(`0x${hex.slice(64)}`)).toString(16).padStart(64, "0");
  return Buffer.from(hex.slice(0, 64) + twin, "hex").toString("base64url");
}

function plusOrder(good: Uint8Array): Uint8Array {
  const s = BigInt(`0x${Buffer.from(good.slice(32)).reverse().toString("hex")}`) + ed25519Order;
  const bytes = Buffer.from(s.toString(16).padStart(64, "0"), "hex").reverse();
  return new Uint8Array([...good.slice(0, 32), ...bytes]);
}
