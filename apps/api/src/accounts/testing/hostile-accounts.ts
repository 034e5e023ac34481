import { expect, test } from "vitest";
import type { WithMember } from "./opened-accounts.ts";

/** Text no store may take, with the reason it is refused for. */
const unstorable: readonly [text: string, reason: string][] = [
  ["a\u0000b", "bad_text"],
  ["\ud800", "bad_text"],
  ["x\udfff", "bad_text"],
  ["x".repeat(10_000_000), "too_long"],
];

/** Ids that are nobody's, some of them hostile. */
const unknownIds = [
  "",
  "nobody",
  "' OR 1=1 --",
  "../..",
  "%",
  "\u0000",
  "\ud800",
  "x".repeat(100_000),
  "__proto__",
];

/** The part of the contract that is about input of every kind. */
export function describeHostileInput(withMember: () => Promise<WithMember>): void {
  test("[AC5] text that cannot be kept is refused before anything is written", async () => {
    await using accounts = await withMember();
    const { users, setup, invitations, settings, owner } = accounts;
    const expiresAtMs = accounts.clock.nowMs() + 1_000;
    await invitations.create(owner.id, { codeHash: "open", label: null, expiresAtMs });
    for (const [text, reason] of unstorable) {
      const refusal = expect.objectContaining({ code: "bad_request", reason });
      const attempts = [
        () => users.rename(owner.id, text),
        () => users.addDid(owner.id, text),
        () => setup.claim({ did: text, displayName: "" }),
        () => setup.claim({ did: "did:key:x", displayName: text }),
        () => invitations.create(owner.id, { codeHash: text, label: null, expiresAtMs }),
        () => invitations.create(owner.id, { codeHash: "h", label: text, expiresAtMs }),
        () => invitations.accept("open", { did: text, displayName: "" }),
        () => invitations.accept("open", { did: "did:key:x", displayName: text }),
        () => settings.update(owner.id, { chatBaseUrl: text }),
        () => settings.update(owner.id, { chatModel: text }),
      ];
      for (const attempt of attempts) await expect(attempt()).rejects.toEqual(refusal);
    }
    expect(await users.count()).toBe(2);
    expect(await users.find(owner.id)).toEqual(owner);
    expect(await invitations.list(owner.id)).toHaveLength(2);
  });

  test("[AC5] unknown ids are not found, whatever they hold", async () => {
    await using accounts = await withMember();
    const { users, invitations, settings, owner } = accounts;
    for (const id of unknownIds) {
      expect(await users.find(id)).toBeNull();
      expect(await users.findByDid(id)).toBeNull();
      expect(await users.listDids(id)).toEqual([]);
      expect(await users.rename(id, "x")).toBeNull();
      expect(await users.addDid(id, "did:key:x")).toBe(false);
      expect(await users.removeDid(id, "did:key:owner")).toBe(false);
      expect(await users.removeDid(owner.id, id)).toBe(false);
      expect(await invitations.list(id)).toEqual([]);
      expect(await invitations.revoke(owner.id, id)).toBe(false);
      expect(await invitations.accept(id, { did: "did:key:x", displayName: "" })).toMatchObject({
        reason: "unknown",
      });
      expect(await settings.read(id)).toMatchObject({ chatApiKey: null });
      expect(await settings.update(id, { chatModel: "x" })).toBeNull();
      const invitation = { codeHash: `h${id.length}`, label: null, expiresAtMs: 0 };
      await expect(invitations.create(id, invitation)).rejects.toMatchObject({ code: "not_found" });
    }
    expect(await users.findByDid("did:key:x")).toBeNull();
  });
}
