import { beforeEach, describe, expect, it } from "vitest";
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
