import { beforeEach, describe, expect, it } from "vitest";
import type { HeldLocks } from "../engine/conditions.ts";
import type { LockRequest } from "../tree/locks.ts";
import type { Place } from "../tree/place.ts";
import { bytesOf, codeOf, type TreeUnderTest } from "./tree-contract.ts";

/** What every metadata port must do with locks; run it with each implementation. */
export function describeTreeLocks(name: string, make: () => Promise<TreeUnderTest>): void {
  describe(`locks of a tree: ${name}`, () => {
    let under: TreeUnderTest;
    let root: number;
    let count = 0;
    const place = (...segments: string[]): Place => ({ owner: under.owner, root, segments });
    const held = (principal: string, ...tokens: string[]): { held: HeldLocks } => ({
      held: { principal, tokens },
    });
    const take = async (path: string, facts: Partial<LockRequest> = {}) => {
      count += 1;
      const token = `urn:uuid:${count}`;
      const request = {
        token,
        principal: "one",
        shared: false,
        deep: true,
        ownerXml: null,
        timeoutMs: 1_000,
      };
      return (await under.tree.lock(place(...path.split("/")), { ...request, ...facts }, {})).lock;
    };

    beforeEach(async () => {
      under = await make();
      root = await under.tree.openApp(under.owner, "app");
      await under.tree.makeCollection(place("c"), {});
      await under.tree.put(place("c", "f"), bytesOf("f"), {});
    });

    it("[TR15] a lock is shown with its root and term until that is over; a new term is counted from now", async () => {
      const { tree } = under;
      const lock = await take("c", { ownerXml: "<o/>" });
      expect(lock).toMatchObject({ token: "urn:uuid:1", shared: false, deep: true, ownerXml: "<o/>" });
      expect(await tree.locks(under.owner)).toEqual([lock]);
      expect(await tree.locks(under.otherOwner)).toEqual([]);
      under.passMs(600);
      const [renewed] = await tree.refresh(place("c"), 1_000, held("one", lock.token));
      expect(renewed?.expiresMs).toBe(lock.expiresMs + 600);
      under.passMs(999);
      expect(await tree.locks(under.owner)).toHaveLength(1);
      under.passMs(1);
      expect(await tree.locks(under.owner)).toEqual([]);
      expect(await codeOf(() => tree.refresh(place("c"), 1_000, held("one", lock.token)))).not.toBe("");
    });

    it("[TR15] where nothing is, an empty file is made for the lock; it stays", async () => {
      const { tree } = under;
      const made = await take("c/new");
      expect(await tree.find(place("c", "new"))).toMatchObject({ kind: "file", size: 0 });
      await tree.unlock(place("c", "new"), { token: made.token, principal: "one", isOwnerKey: false }, {});
      expect(await tree.find(place("c", "new"))).not.toBeNull();
      expect(await codeOf(() => take("no/where"))).toBe("conflict");
    });

    it("[TR16] every write within its reach needs the token, from the principal that took it", async () => {
      const { tree } = under;
      const { token } = await take("c");
      const free = { overwrite: true, shallow: false };
      const writes: ((conditions: { held?: HeldLocks }) => Promise<unknown>)[] = [
        (conditions) => tree.put(place("c", "f"), bytesOf("g"), conditions),
        (conditions) => tree.put(place("c", "new"), bytesOf("g"), conditions),
        (conditions) => tree.makeCollection(place("c", "d"), conditions),
        (conditions) =>
          tree.patchProperties(place("c", "f"), { steps: [{ kind: "touch", modifiedMs: 1 }] }, conditions),
        (conditions) => tree.copy(place("c", "f"), place("c", "g"), { ...free, conditions }),
        (conditions) => tree.move(place("c", "g"), place("out"), { ...free, conditions }),
        (conditions) => tree.remove(place("c", "f"), conditions),
      ];
      const before = (await tree.find(place()))?.etag;
      for (const write of writes.filter((_, index) => index !== 5)) {
        expect(await codeOf(() => write({}))).toBe("locked");
        expect(await codeOf(() => write(held("two", token)))).toBe("locked");
        expect(await codeOf(() => write(held("one", "urn:uuid:other")))).toBe("locked");
      }
      expect((await tree.find(place()))?.etag).toBe(before);
      for (const write of writes) expect(await codeOf(() => write(held("one", token)))).toBe("");
    });

    it("[TR16] an exclusive lock suffers no other in its reach, shared ones suffer each other", async () => {
      await take("c/f", { shared: true, deep: false });
      expect(await codeOf(() => take("c"))).toBe("locked");
      expect(await codeOf(() => take("c", { shared: true }))).toBe("");
      expect(await codeOf(() => take("c/f", { shared: true, principal: "two" }))).toBe("");
      expect(await codeOf(() => take("c/f"))).toBe("locked");
      expect(await under.tree.locks(under.owner)).toHaveLength(3);
    });

    it("[TR17] ends by its principal or the owner's key only, and with its resource; it is not copied and does not move", async () => {
      const { tree } = under;
      const { token } = await take("c/f");
      const by = (principal: string, isOwnerKey = false) =>
        codeOf(() => tree.unlock(place("c", "f"), { token, principal, isOwnerKey }, {}));
      expect(await by("two")).toBe("forbidden");
      const options = { overwrite: true, shallow: false, conditions: held("one", token) };
      await tree.copy(place("c"), place("d"), options);
      expect(await tree.locks(under.owner)).toHaveLength(1);
      await tree.move(place("c", "f"), place("c", "g"), options);
      expect(await tree.locks(under.owner)).toEqual([]);
      expect(await by("one")).toBe("conflict");
      const second = await take("c/g");
      await tree.unlock(place("c", "g"), { token: second.token, principal: "root", isOwnerKey: true }, {});
      const third = await take("c/g");
      await tree.remove(place("c"), held("one", third.token));
      expect(await tree.locks(under.owner)).toEqual([]);
    });
  });
}
