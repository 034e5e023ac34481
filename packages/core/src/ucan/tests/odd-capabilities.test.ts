import { beforeAll, describe, expect, it } from "vitest";
import { appCapability, isAllowed, parseAppId, parsePathSegments } from "../index.ts";
import { capability, createWorld, invokedPrincipal, type World } from "./forge.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const principalOf = (root: readonly unknown[], leaf: readonly unknown[]) =>
  invokedPrincipal(world, root, leaf);

describe("capabilities that mean nothing", () => {
  it.each([
    ["my:*", "*"],
    ["my:app:relite", "app/write"],
    ["as:did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK:*", "*"],
    ["prf:*", "ucan/DELEGATE"],
    ["prf:0", "app/write"],
    ["*", "*"],
    ["app:relite", "*"],
    ["app:relite", "app/*"],
    ["app:relite", "APP/WRITE"],
    ["app:relite", "app/Write"],
    ["app:relite", "app/write/"],
    ["app:relite", "app/writer"],
    ["app:relite", "app/append"],
    ["app:relite", "app/"],
    ["app:relite", ""],
    ["app:relite", "library/write"],
    ["APP:relite", "app/write"],
    ["App:relite", "app/write"],
    ["app:Relite", "app/write"],
    ["app: relite", "app/write"],
    ["app:relite ", "app/write"],
    ["app:", "app/write"],
    ["app:/", "app/write"],
    ["app://relite", "app/write"],
    ["app:/relite", "app/write"],
    ["app:relite/", "app/write"],
    ["app:relite//a", "app/write"],
    ["app:relite/.", "app/write"],
    ["app:relite/..", "app/write"],
    ["app:relite/../other", "app/write"],
    ["app:other/../relite", "app/write"],
    ["app:relite/a/../b", "app/write"],
    ["app:relite\\a", "app/write"],
    ["app:relite/a\\b", "app/write"],
    ["app:relite/a\u0000b", "app/write"],
    ["app:relite/\ud800", "app/write"],
    ["app:*/a", "app/write"],
    ["app:**", "app/write"],
    ["app:re*", "app/write"],
    ["app:relite*", "app/write"],
    ["app:rеlite", "app/write"],
    ["app:ｒelite", "app/write"],
    ["app:\u212aelite", "app/write"],
    ["app", "app/write"],
    ["", ""],
    ["__proto__:", "__proto__/read"],
    ["constructor:", "constructor/read"],
    ["profile:x", "profile/read"],
    ["profile:*", "profile/read"],
    ["library:books", "library/read"],
    ["library:", "read"],
    ["webdav:*", "webdav/write"],
    ["mailto:a@example.com", "msg/send"],
  ])("[UCAN13] %j with %j grants nothing, at the root or at the leaf", async (resource, can) => {
    const odd = capability(resource, can);
    const asRoot = await principalOf([odd], [capability("app:relite"), odd]);
    expect(asRoot.grants).toEqual([]);
    const asLeaf = await principalOf([capability("app:*"), odd], [odd]);
    expect(asLeaf.grants).toEqual([]);
  });

  it("[UCAN13] an invocation names its app: app:* grants nothing there", async () => {
    const owner = await world.invocation({
      issuer: world.owner,
      payload: { prf: [], att: [capability("app:*"), capability("app:relite", "app/read")] },
    });
    const verified = await world.verify(owner);
    expect(verified).toMatchObject({ principal: { grants: [capability("app:relite", "app/read")] } });
  });

  it("[UCAN13] an empty list is allowed and grants nothing", async () => {
    expect((await principalOf([], [capability("app:relite")])).grants).toEqual([]);
    expect((await principalOf([capability("app:*")], [])).grants).toEqual([]);
  });
});

describe("names that only look alike", () => {
  it("[UCAN13] compares composed and decomposed letters as one name", async () => {
    const principal = await principalOf(
      [capability("app:relite/cafe\u0301")],
      [capability("app:relite/caf\u00e9")],
    );
    expect(principal.grants).toEqual([capability("app:relite/caf\u00e9")]);
    const parsed = parsePathSegments("/relite/cafe%CC%81/menu.txt");
    if (!parsed.ok) throw new Error(parsed.code);
    const [app = "", ...inner] = parsed.segments;
    expect(isAllowed(principal, appCapability(parseAppId(app) ?? "", inner, "write"))).toBe(true);
  });

  it.each([
    ["%2e%2e", "%252e%252e"],
    ["a%2fb", "a%252fb"],
  ])("[UCAN13] %j in a capability is the literal name", async (name, inUrl) => {
    const principal = await principalOf([capability("app:*")], [capability(`app:relite/${name}`)]);
    const parsed = parsePathSegments(`/relite/${inUrl}`);
    expect(parsed).toMatchObject({ segments: ["relite", name] });
    expect(isAllowed(principal, appCapability("relite", [name], "write"))).toBe(true);
    expect(isAllowed(principal, appCapability("relite", [], "read"))).toBe(false);
    expect(isAllowed(principal, appCapability("relite", ["a", "b"], "read"))).toBe(false);
  });

  it.each([
    ["notes", "Notes"],
    ["straße", "strasse"],
    ["ﬁle", "file"],
    ["ａ", "a"],
    ["і", "i"],
  ])("[UCAN13] %s is not %s", async (held, wanted) => {
    const principal = await principalOf([capability("app:*")], [capability(`app:relite/${held}`)]);
    expect(isAllowed(principal, appCapability("relite", [wanted], "read"))).toBe(false);
  });
});
