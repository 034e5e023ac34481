import { beforeAll, describe, expect, it } from "vitest";
import { type Capability, isAllowed } from "../index.ts";
import { capability, createWorld, forge, invokedPrincipal, type World } from "./forge.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const principalOf = (root: readonly unknown[], leaf: readonly unknown[]) =>
  invokedPrincipal(world, root, leaf);

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
