import { describe, expect, it } from "vitest";
import { createVerifier, issueInvocation, type TokenUse } from "../index.ts";
import { audience, createWorld, relite } from "./forge.ts";

const url = "https://files.example/relite/app-passwords/abc";

async function setUp() {
  const world = await createWorld();
  const verifier = createVerifier({
    audiences: [audience],
    isOwner: (did) => world.owners.has(did),
    isRevoked: () => false,
    clock: world.clock,
  });
  const spent = new Set<string>();
  const use = (change: Partial<TokenUse> = {}): TokenUse => ({
    method: "DELETE",
    isUrl: (named) => named === url,
    spend: async ({ tokenId }) => !spent.has(tokenId) && Boolean(spent.add(tokenId)),
    ...change,
  });
  const codeOf = async (token: string, used?: TokenUse) => {
    const verified = await verifier.verify(token, used);
    return verified.ok ? "ok" : verified.code;
  };
  const bound = (fct: readonly unknown[]) => world.invocation({ payload: { fct } });
  return { world, verifier, spent, use, codeOf, bound };
}

describe("tokens bound to a request", () => {
  it("[UCAN26] does its request once, and is kept in no cache", async () => {
    const { world, verifier, spent, use, codeOf } = await setUp();
    const token = await issueInvocation({
      issuer: world.owner,
      audience,
      capabilities: [relite],
      nowMs: world.clock.nowMs(),
      onceFor: { method: "DELETE", url },
    });
    expect([await codeOf(token, use()), await codeOf(token, use())]).toEqual(["ok", "replayed"]);
    expect([spent.size, verifier.recall(token)]).toEqual([1, null]);
  });

  it("[UCAN26] for another request, or unknown ones, it is refused and not used up", async () => {
    const { spent, use, codeOf, bound } = await setUp();
    const token = await bound([{ htm: "DELETE", htu: url, once: true }]);
    const others = [undefined, use({ method: "GET" }), use({ isUrl: () => false })];
    for (const other of others) expect(await codeOf(token, other)).toBe("insufficient");
    expect(spent.size).toBe(0);
    expect(await codeOf(token, use())).toBe("ok");
  });

  it("[UCAN26] each fact binds by itself, wherever it stands", async () => {
    const { use, codeOf, bound } = await setUp();
    const byMethod = await bound([{ note: "x" }, { htm: "DELETE" }]);
    expect([await codeOf(byMethod, use()), await codeOf(byMethod, use())]).toEqual(["ok", "ok"]);
    expect(await codeOf(byMethod)).toBe("insufficient");
    const apart = await bound([{ htm: "DELETE" }, { htu: url }, { once: true }]);
    expect([await codeOf(apart, use()), await codeOf(apart, use())]).toEqual(["ok", "replayed"]);
  });

  it.each<[string, readonly unknown[]]>([
    ["once is no yes", [{ once: "true" }]],
    ["once is no", [{ once: false }]],
    ["a method in small letters", [{ htm: "delete" }]],
    ["a method that is a list", [{ htm: ["DELETE"] }]],
    ["an address with a query", [{ htu: `${url}?x` }]],
    ["an address with a fragment", [{ htu: `${url}#x` }]],
    ["a path alone", [{ htu: "/relite" }]],
    ["two methods", [{ htm: "DELETE" }, { htm: "GET" }]],
    ["two uses", [{ once: true }, { once: true }]],
  ])("[UCAN26] malformed: %s", async (_, fct) => {
    const { use, codeOf, bound } = await setUp();
    expect(await codeOf(await bound(fct), use())).toBe("malformed");
  });

  it("[UCAN26] delegates nothing", async () => {
    const { world, use, codeOf } = await setUp();
    const proof = await world.delegation({ payload: { fct: [{ once: true }] } });
    expect(await codeOf(await world.invocation({ payload: { prf: [proof] } }), use())).toBe("broken_chain");
  });
});
