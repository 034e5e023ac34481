import { beforeAll, describe, expect, it } from "vitest";
import { appCapability, type Capability, isAllowed, parseAppId, parsePathSegments } from "../index.ts";
import { createWorld, forge, type World } from "./forge.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const capability = (resource: string, can = "app/write"): Capability => ({ with: resource, can });

/** Owner grants `root`, the device asks for `leaf`: what results. */
async function principalOf(root: readonly unknown[], leaf: readonly unknown[]) {
  const prf = [await world.delegation({ payload: { att: root } })];
  const verified = await world.verify(await world.invocation({ payload: { att: leaf, prf } }));
  if (!verified.ok) throw new Error(verified.code);
  return verified.principal;
}

describe("a leaf that asks for more than it was given", () => {
  it.each<[string, Capability, Capability, Capability]>([
    [
      "write after read",
      capability("app:relite", "app/read"),
      capability("app:relite"),
      capability("app:relite"),
    ],
    [
      "write in a folder after read of the app",
      capability("app:relite", "app/read"),
      capability("app:relite/a"),
      capability("app:relite/a"),
    ],
    [
      "the app after a folder",
      capability("app:relite/notes"),
      capability("app:relite"),
      capability("app:relite", "app/read"),
    ],
    [
      "the folder above",
      capability("app:relite/a/b"),
      capability("app:relite/a"),
      capability("app:relite/a", "app/read"),
    ],
    [
      "the folder beside",
      capability("app:relite/a"),
      capability("app:relite/b"),
      capability("app:relite/b", "app/read"),
    ],
    [
      "a folder whose name goes on",
      capability("app:relite/notes"),
      capability("app:relite/notes2"),
      capability("app:relite/notes2", "app/read"),
    ],
    [
      "an app whose name goes on",
      capability("app:a"),
      capability("app:ab"),
      capability("app:ab", "app/read"),
    ],
    [
      "an app whose name is a beginning",
      capability("app:ab"),
      capability("app:a"),
      capability("app:a", "app/read"),
    ],
    ["every app", capability("app:a"), capability("app:*"), capability("app:b", "app/read")],
    [
      "another kind",
      capability("app:*"),
      capability("library:", "library/write"),
      capability("library:", "library/read"),
    ],
    [
      "the profile",
      capability("library:", "library/write"),
      capability("profile:", "profile/read"),
      capability("profile:", "profile/read"),
    ],
    [
      "write of the library after read",
      capability("library:", "library/read"),
      capability("library:", "library/write"),
      capability("library:", "library/write"),
    ],
  ])("[UCAN13] does not get %s", async (_, root, leaf, needed) => {
    expect(isAllowed(await principalOf([root], [leaf]), needed)).toBe(false);
    expect(isAllowed(await principalOf([root], [leaf, leaf, needed]), needed)).toBe(false);
  });

  it("[UCAN13] gets what both name, at the lower of both actions", async () => {
    const { grants } = await principalOf(
      [
        capability("app:relite", "app/read"),
        capability("app:notes/a"),
        capability("library:", "library/write"),
      ],
      [capability("app:relite/x"), capability("app:notes"), capability("library:", "library/read")],
    );
    expect(grants).toEqual([
      capability("app:relite/x", "app/read"),
      capability("app:notes/a"),
      capability("library:", "library/read"),
    ]);
  });

  it("[UCAN13] does not add up two grants into a greater one", async () => {
    const principal = await principalOf(
      [capability("app:relite", "app/read"), capability("app:relite/a")],
      [capability("app:relite")],
    );
    expect(isAllowed(principal, capability("app:relite/a/b"))).toBe(true);
    expect(isAllowed(principal, capability("app:relite/b"))).toBe(false);
    expect(isAllowed(principal, capability("app:relite/b", "app/read"))).toBe(true);
  });
});

describe("a middle link that widens", () => {
  it.each<[string, Capability, Capability, Capability]>([
    [
      "read to write",
      capability("app:relite", "app/read"),
      capability("app:relite"),
      capability("app:relite"),
    ],
    [
      "a folder to its app",
      capability("app:relite/a"),
      capability("app:relite"),
      capability("app:relite/b", "app/read"),
    ],
    [
      "an app to every app",
      capability("app:relite"),
      capability("app:*"),
      capability("app:other", "app/read"),
    ],
  ])("[UCAN13] gains nothing: %s", async (_, root, middle, leaf) => {
    const first = await world.delegation({ payload: { aud: world.friend.did, att: [root] } });
    const payload = { aud: world.device.did, att: [middle], exp: world.nowSec() + 3_600, prf: [first] };
    const prf = [await forge({ issuer: world.friend, payload })];
    const verified = await world.verify(await world.invocation({ payload: { att: [leaf], prf } }));
    if (!verified.ok) throw new Error(verified.code);
    expect(isAllowed(verified.principal, leaf)).toBe(false);
  });
});

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
