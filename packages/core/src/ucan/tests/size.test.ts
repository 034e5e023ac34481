import { beforeAll, describe, expect, it } from "vitest";
import { createWorld, everyApp, forge, type World } from "./forge.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

describe("size", () => {
  it("[UCAN3] says that no token was given", async () => expect(await world.codeOf("")).toBe("missing"));

  it.each([8_193, 10_000, 10_000_000])("[UCAN3] refuses %d characters before any work", async (length) => {
    const { work, codeOf } = await createWorld();
    expect(await codeOf("a".repeat(length))).toBe("too_large");
    expect(work).toEqual({ checks: 0, hashes: 0, ownerLookups: 0 });
  });

  it("[UCAN3] accepts a token just below the limit and refuses one just above it", async () => {
    const padded = async (length: number) => {
      const fct = [{ note: "x".repeat(900) }];
      let token = await world.invocation({ payload: { fct } });
      const proofOf = (count: number) =>
        world.delegation({
          payload: {
            att: [
              everyApp,
              ...Array.from({ length: 30 }, (_, at) => ({
                with: `app:a${at}/${"x".repeat(count)}`,
                can: "app/read",
              })),
            ],
          },
        });
      for (let count = 1; token.length < length && count < 200; count += 1)
        token = await world.invocation({ payload: { fct, prf: [await proofOf(count)] } });
      return token;
    };
    const large = await padded(8_193);
    expect(large.length).toBeGreaterThan(8_192);
    expect(await world.codeOf(large)).toBe("too_large");
    const small = await padded(8_000);
    expect(small.length).toBeLessThanOrEqual(8_192);
    expect(await world.codeOf(small)).toBe("ok");
  });

  /** The shape that takes a general UCAN walker seconds: every level names every capability again. */
  const exploding = async (target: World, capabilities: number) => {
    const att = Array.from({ length: capabilities }, (_, at) => ({ with: `app:a${at}`, can: "app/write" }));
    const signers = [target.owner, target.friend, target.stranger, target.friend, target.device];
    let proof: readonly string[] = [];
    for (const [index, issuer] of signers.slice(0, -1).entries()) {
      const aud = signers[index + 1]?.did;
      proof = [await forge({ issuer, payload: { aud, att, exp: target.nowSec() + 3_600, prf: proof } })];
    }
    return target.invocation({ payload: { att, prf: proof } });
  };

  it("[UCAN12] does no work at all for a token of 9.8 kB that was built to explode", async () => {
    const busy = await createWorld();
    const token = await exploding(busy, 15);
    expect(token.length).toBeGreaterThan(9_800);
    expect(await busy.codeOf(token)).toBe("too_large");
    expect(busy.work).toEqual({ checks: 0, hashes: 0, ownerLookups: 0 });
  });

  it("[UCAN12] checks each link once for the largest such token that is not too large", async () => {
    const busy = await createWorld();
    const token = await exploding(busy, 9);
    expect(token.length).toBeGreaterThan(7_500);
    const verified = await busy.verify(token);
    if (!verified.ok) throw new Error(verified.code);
    expect(verified.principal.grants).toHaveLength(9);
    expect(busy.work).toEqual({ checks: 5, hashes: 14, ownerLookups: 1 });
  });
});
