import { fakeClock } from "@relite/core/testing";
import { describe, expect, test } from "vitest";
import type { AccountStore, AccountStoreParts } from "../index.ts";
import { describeHostileInput } from "./hostile-accounts.ts";
import type { Fresh, WithMember } from "./opened-accounts.ts";
import { describeRevocations } from "./revocation-contract.ts";

interface Opened {
  readonly store: AccountStore;
  readonly close: () => Promise<void>;
}

/** What every account store does; `open` gives an empty one. */
export function describeAccountStore(
  name: string,
  open: (parts: AccountStoreParts) => Promise<Opened>,
): void {
  async function fresh() {
    const clock = fakeClock();
    let ids = 0;
    const newId = () => `id-${String(++ids).padStart(4, "0")}`;
    const { store, close } = await open({ clock, newId });
    return { ...store, clock, [Symbol.asyncDispose]: close };
  }

  async function claimed() {
    const accounts = await fresh();
    const owner = await accounts.setup.claim({ did: "did:key:owner", displayName: "Olga" });
    if (owner === null) throw new Error("an empty store was claimed");
    return Object.assign(accounts, { owner });
  }

  async function withMember() {
    const accounts = await claimed();
    const expiresAtMs = accounts.clock.nowMs() + 1_000;
    await accounts.invitations.create(accounts.owner.id, { codeHash: "member", label: null, expiresAtMs });
    const outcome = await accounts.invitations.accept("member", {
      did: "did:key:member",
      displayName: "Mia",
    });
    if (!outcome.ok) throw new Error(outcome.reason);
    return Object.assign(accounts, { member: outcome.user });
  }

  describe(`accounts: ${name}`, () => {
    describeClaim(fresh);
    describeUsers(withMember);
    describeInvitations(withMember);
    describeSettings(withMember);
    describeRevocations(withMember);
    describeHostileInput(withMember);
  });
}

function describeClaim(fresh: () => Promise<Fresh>): void {
  test("[AC1] is claimed once, by exactly one of many at the same time", async () => {
    await using accounts = await fresh();
    expect(await accounts.setup.isClaimed()).toBe(false);
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        accounts.setup.claim({ did: `did:key:${index}`, displayName: `User ${index}` }),
      ),
    );
    const winners = claims.filter((user) => user !== null);
    expect(winners).toHaveLength(1);
    expect(winners[0]).toMatchObject({ role: "owner", createdAtMs: accounts.clock.nowMs() });
    expect(await accounts.setup.isClaimed()).toBe(true);
    expect(await accounts.users.count()).toBe(1);
    expect(await accounts.setup.claim({ did: "did:key:late", displayName: "" })).toBeNull();
    expect(await accounts.users.findByDid("did:key:late")).toBeNull();
  });
}

function describeUsers(withMember: () => Promise<WithMember>): void {
  test("[AC2] finds a user by id and by each of their keys", async () => {
    await using accounts = await withMember();
    const { users, owner, member } = accounts;
    expect(await users.addDid(owner.id, "did:key:second")).toBe(true);
    expect(await users.addDid(owner.id, "did:key:second")).toBe(true);
    expect(await users.find(owner.id)).toEqual(owner);
    expect(await users.findByDid("did:key:owner")).toEqual(owner);
    expect(await users.findByDid("did:key:second")).toEqual(owner);
    expect(await users.findByDid("did:key:member")).toEqual(member);
    expect(await users.listDids(owner.id)).toEqual(["did:key:owner", "did:key:second"]);
    expect(await users.count()).toBe(2);
  });

  test("[AC2] a key belongs to one user, and nobody loses their last one", async () => {
    await using accounts = await withMember();
    const { users, owner, member } = accounts;
    expect(await users.addDid(member.id, "did:key:owner")).toBe(false);
    expect(await users.removeDid(member.id, "did:key:owner")).toBe(false);
    await expect(users.removeDid(owner.id, "did:key:owner")).rejects.toMatchObject({
      code: "conflict",
      reason: "last_did",
    });
    await users.addDid(owner.id, "did:key:second");
    expect(await users.removeDid(owner.id, "did:key:owner")).toBe(true);
    expect(await users.removeDid(owner.id, "did:key:owner")).toBe(false);
    expect(await users.listDids(owner.id)).toEqual(["did:key:second"]);
  });

  test("[AC2] of two keys removed at the same time one stays", async () => {
    await using accounts = await withMember();
    const { users, owner } = accounts;
    await users.addDid(owner.id, "did:key:second");
    await Promise.allSettled([
      users.removeDid(owner.id, "did:key:owner"),
      users.removeDid(owner.id, "did:key:second"),
    ]);
    expect(await users.listDids(owner.id)).toHaveLength(1);
  });

  test("[AC2] renames a user and nobody else", async () => {
    await using accounts = await withMember();
    const { users, owner, member } = accounts;
    expect(await users.rename(owner.id, "Öŀga 📚")).toEqual({ ...owner, displayName: "Öŀga 📚" });
    expect(await users.find(member.id)).toEqual(member);
  });
}

function describeInvitations(withMember: () => Promise<WithMember>): void {
  const someone = { did: "did:key:new", displayName: "New" };

  test("[AC3] an invitation is used once, by exactly one of many at the same time", async () => {
    await using accounts = await withMember();
    const { invitations, users, owner, clock } = accounts;
    const expiresAtMs = clock.nowMs() + 1_000;
    const { id } = await invitations.create(owner.id, { codeHash: "h", label: "for Mia", expiresAtMs });
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        invitations.accept("h", { did: `did:key:${index}`, displayName: "" }),
      ),
    );
    const winners = outcomes.filter((outcome) => outcome.ok);
    expect(winners).toHaveLength(1);
    expect(outcomes.filter((outcome) => !outcome.ok && outcome.reason === "used")).toHaveLength(7);
    expect(await users.count()).toBe(3);
    expect(await invitations.list(owner.id)).toContainEqual({
      id,
      label: "for Mia",
      createdAtMs: clock.nowMs(),
      expiresAtMs,
      revokedAtMs: null,
      usedAtMs: clock.nowMs(),
      usedByUserId: winners[0]?.ok ? winners[0].user.id : null,
    });
  });

  test("[AC3] says why an invitation is refused, and makes nobody", async () => {
    await using accounts = await withMember();
    const { invitations, users, owner, clock } = accounts;
    const expiresAtMs = clock.nowMs() + 1_000;
    for (const codeHash of ["old", "revoked", "good"]) {
      await invitations.create(owner.id, { codeHash, label: codeHash, expiresAtMs });
    }
    const revoked = (await invitations.list(owner.id)).find(({ label }) => label === "revoked");
    expect(await invitations.revoke(owner.id, revoked?.id ?? "")).toBe(true);
    expect(await invitations.revoke(owner.id, revoked?.id ?? "")).toBe(false);
    expect(await invitations.accept("nothing", someone)).toEqual({ ok: false, reason: "unknown" });
    expect(await invitations.accept("revoked", someone)).toEqual({ ok: false, reason: "revoked" });
    expect(await invitations.accept("member", someone)).toEqual({ ok: false, reason: "used" });
    const taken = { did: "did:key:owner", displayName: "" };
    expect(await invitations.accept("good", taken)).toEqual({ ok: false, reason: "did_taken" });
    expect(await invitations.accept("good", someone)).toMatchObject({ ok: true, user: { role: "member" } });
    clock.set(expiresAtMs);
    const late = { did: "did:key:late", displayName: "" };
    expect(await invitations.accept("old", late)).toEqual({ ok: false, reason: "expired" });
    expect(await users.count()).toBe(3);
  });

  test("[AC3] one key cannot use two invitations at the same time", async () => {
    await using accounts = await withMember();
    const { invitations, users, owner, clock } = accounts;
    const expiresAtMs = clock.nowMs() + 1_000;
    await invitations.create(owner.id, { codeHash: "one", label: null, expiresAtMs });
    await invitations.create(owner.id, { codeHash: "two", label: null, expiresAtMs });
    const outcomes = await Promise.all([
      invitations.accept("one", someone),
      invitations.accept("two", someone),
    ]);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    expect(outcomes).toContainEqual({ ok: false, reason: "did_taken" });
    expect(await users.count()).toBe(3);
  });

  test("[AC3] another user's invitations are as if they did not exist", async () => {
    await using accounts = await withMember();
    const { invitations, owner, member, clock } = accounts;
    const expiresAtMs = clock.nowMs() + 1_000;
    const first = await invitations.create(owner.id, { codeHash: "h1", label: null, expiresAtMs });
    const second = await invitations.create(owner.id, { codeHash: "h2", label: null, expiresAtMs });
    expect(await invitations.list(member.id)).toEqual([]);
    expect(await invitations.revoke(member.id, first.id)).toBe(false);
    const listed = await invitations.list(owner.id);
    expect(listed.slice(0, 2)).toEqual([second, first]);
    expect(JSON.stringify(listed)).not.toContain("h1");
  });
}

function describeSettings(withMember: () => Promise<WithMember>): void {
  test("[AC4] settings change field by field and belong to one user", async () => {
    await using accounts = await withMember();
    const { settings, owner, member } = accounts;
    const chatApiKey = { keyId: "k1", bytes: Uint8Array.from([0, 1, 128, 255]) };
    const nothing = { chatBaseUrl: null, chatModel: null, chatApiKey: null };
    expect(await settings.read(owner.id)).toEqual(nothing);
    await settings.update(owner.id, { chatBaseUrl: "http://127.0.0.1:1/v1", chatApiKey });
    const answered = await settings.update(owner.id, { chatModel: "some model" });
    expect(answered).toEqual({ chatBaseUrl: "http://127.0.0.1:1/v1", chatModel: "some model", chatApiKey });
    expect(await settings.read(owner.id)).toEqual(answered);
    expect(await settings.update(owner.id, { chatApiKey: null })).toMatchObject({
      chatModel: "some model",
      chatApiKey: null,
    });
    expect(await settings.read(member.id)).toEqual(nothing);
  });

  test("[AC4] two changes at the same time both hold", async () => {
    await using accounts = await withMember();
    const { settings, owner } = accounts;
    await Promise.all([
      settings.update(owner.id, { chatModel: "m" }),
      settings.update(owner.id, { chatBaseUrl: "http://u" }),
    ]);
    expect(await settings.read(owner.id)).toMatchObject({ chatModel: "m", chatBaseUrl: "http://u" });
  });
}
