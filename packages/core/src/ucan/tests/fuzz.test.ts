import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { audience, createWorld, forge, relite, type World } from "./forge.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const base64UrlCharacter = fc.constantFrom(
  ..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.",
);

it("[UCAN4] a token with one character changed, taken out or put in is refused", async () => {
  const token = await world.invocation();
  await fc.assert(
    fc.asyncProperty(
      fc.nat(token.length - 1),
      base64UrlCharacter,
      fc.constantFrom(0, 1),
      fc.boolean(),
      async (at, character, removed, insert) => {
        const changed = token.slice(0, at) + (insert ? character : "") + token.slice(at + removed);
        fc.pre(changed !== token);
        expect(await world.codeOf(changed)).not.toBe("ok");
      },
    ),
    { numRuns: 600 },
  );
});

it("[UCAN23] whatever is given, the answer is a code", async () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.base64String(), fc.webUrl());
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 5 }), async (parts) => {
      expect(["missing", "malformed"]).toContain(await world.codeOf(parts.join(".")));
    }),
  );
});

it("[UCAN23] whatever an owner signs, the answer is a code or grants what can be written down", async () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const odd = fc.record(
    { aud: value, att: value, exp: value, nbf: value, nnc: value, prf: value, fct: value },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(
      odd,
      fc.array(fc.record({ with: fc.string(), can: fc.string() })),
      async (change, more) => {
        const right = { aud: audience, att: [relite, ...more.slice(0, 5)], exp: world.nowSec() + 300 };
        const token = await forge({ issuer: world.owner, payload: { ...right, ...change } });
        const verified = await world.verify(token);
        if (verified.ok) expect(verified.principal.grants.length).toBeLessThanOrEqual(6);
        else expect(verified.code).toMatch(/^[a-z_]+$/);
      },
    ),
    { numRuns: 400 },
  );
});
