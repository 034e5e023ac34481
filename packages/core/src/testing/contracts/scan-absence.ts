import { describe, expect, it } from "vitest";
import { noCounts } from "../../library/index.ts";
import type { LibraryRepositories } from "../memory-repositories.ts";
import { anna, ben, bookFacts, folderFacts, listed, newBook } from "./rows.ts";
import { openScanBench } from "./scan-bench.ts";

export function describeScanAbsence(name: string, make: () => Promise<LibraryRepositories>): void {
  describe(`scan store, absence: ${name}`, () => {
    it("[LS3] counts books in gone folders as absent, whole subtree, exactly that subtree", async () => {
      const { commit, scans, nextRound, foldersNow, books } = await openScanBench(make);
      const tops = ["a", "A", "a%", "ab", "a_"];
      await commit(1, listed("", { folders: tops.map(folderFacts) }));
      for (const [index, top] of tops.entries()) {
        await commit(
          1,
          listed(top, {
            folders: [folderFacts(`${top}/in`)],
            added: [newBook(`t${index}`, `${top}/t.epub`)],
          }),
          listed(`${top}/in`, { added: [newBook(`i${index}`, `${top}/in/i.epub`)] }),
        );
      }
      await nextRound(1);
      await commit(2, listed("", { goneFolders: ["a", "a_"] }));
      expect(await scans.markAbsent(anna, "c1", 2)).toEqual({ known: 10, absent: 4 });
      expect(await scans.markAbsent(anna, "c1", 2)).toEqual({ known: 10, absent: 4 });
      const gone = [...(await foldersNow()).values()].filter((row) => row.isGone).map((row) => row.path);
      expect(gone.sort()).toEqual(["a", "a/in", "a_", "a_/in"]);
      expect((await books.get(anna, "i0"))?.absentRound).toBe(2);
      expect((await books.get(anna, "i1"))?.absentRound).toBeNull();
    });

    it("[LS3] takes a folder that is back with all below it, as not known to be gone", async () => {
      const { commit, scans, nextRound, foldersNow } = await openScanBench(make);
      await commit(
        1,
        listed("", { folders: [folderFacts("a")] }),
        listed("a", { folders: [folderFacts("a/in")] }),
      );
      await commit(1, listed("a/in", { added: [newBook("b1", "a/in/x.epub")] }));
      await nextRound(1);
      await commit(2, listed("", { goneFolders: ["a"] }));
      await nextRound(2);
      await commit(3, listed("", { folders: [folderFacts("a")] }));
      expect([...(await foldersNow()).values()].some((row) => row.isGone)).toBe(false);
      expect((await scans.markAbsent(anna, "c1", 3)).absent).toBe(0);
    });

    it("[LS4] goes from present to suspect to missing over two complete rounds, and back", async () => {
      const { commit, scans, nextRound, stateOf, books } = await openScanBench(make);
      await commit(1, listed("", { added: [newBook("b1", "x.epub"), newBook("b2", "y.epub")] }));
      const apply = { kind: "apply", confirmedIds: [], isComplete: true, promotes: true, nowMs: 77 } as const;
      await nextRound(1);
      await commit(2, listed("", { absentIds: ["b1"] }));
      expect(await scans.settleAbsent(anna, "c1", 2, apply)).toEqual({ suspect: 1, missing: 0 });
      expect(await scans.settleAbsent(anna, "c1", 2, apply)).toEqual({ suspect: 0, missing: 0 });
      expect(await stateOf("b1")).toBe("suspect");
      await nextRound(2);
      await commit(3, listed("", { absentIds: ["b1"] }));
      const doubtful = { ...apply, promotes: false };
      expect(await scans.settleAbsent(anna, "c1", 3, doubtful)).toEqual({ suspect: 0, missing: 0 });
      expect(await stateOf("b1")).toBe("suspect");
      expect(await scans.markAbsent(anna, "c1", 3)).toEqual({ known: 2, absent: 1 });
      expect(await scans.settleAbsent(anna, "c1", 3, apply)).toEqual({ suspect: 0, missing: 1 });
      expect(await books.get(anna, "b1")).toMatchObject({ state: "missing", missingSinceMs: 77 });
      await nextRound(3);
      const seen = { id: "b1", sizeBytes: 9, etag: null, modifiedAtMs: 4, changedAtMs: 88 };
      await commit(4, listed("", { seen: [seen] }));
      expect(await books.get(anna, "b1")).toMatchObject({
        ...seen,
        state: "present",
        absentRound: null,
        suspectRound: null,
        missingSinceMs: null,
      });
      expect(await stateOf("b2")).toBe("present");
    });

    it("[LS4] makes only confirmed books missing after a partial round", async () => {
      const { commit, scans, stateOf } = await openScanBench(make);
      await commit(1, listed("", { added: [newBook("b1", "x.epub"), newBook("b2", "y.epub")] }));
      await commit(1, listed("", { absentIds: ["b1", "b2"] }));
      const decision = {
        kind: "apply",
        confirmedIds: ["b2"],
        isComplete: false,
        promotes: false,
        nowMs: 7,
      } as const;
      expect(await scans.settleAbsent(anna, "c1", 1, decision)).toEqual({ suspect: 0, missing: 1 });
      expect([await stateOf("b1"), await stateOf("b2")]).toEqual(["present", "missing"]);
    });

    it("[LS4] accepts or forgets a whole outcome", async () => {
      const { commit, scans, stateOf, books } = await openScanBench(make);
      await commit(1, listed("", { added: [newBook("b1", "x.epub"), newBook("b2", "y.epub")] }));
      await commit(1, listed("", { absentIds: ["b1"] }));
      await scans.settleAbsent(anna, "c1", 1, { kind: "forget" });
      expect(await books.get(anna, "b1")).toMatchObject({ state: "present", absentRound: null });
      await commit(1, listed("", { absentIds: ["b2"] }));
      expect(await scans.settleAbsent(anna, "c1", 9, { kind: "accept", nowMs: 5 })).toEqual({
        suspect: 0,
        missing: 0,
      });
      expect(await scans.settleAbsent(anna, "c1", 1, { kind: "accept", nowMs: 5 })).toEqual({
        suspect: 0,
        missing: 1,
      });
      expect([await stateOf("b1"), await stateOf("b2")]).toEqual(["present", "missing"]);
    });

    it("[LS5] moves keep id and reading state, and take the new place", async () => {
      const { commit, scans, books } = await openScanBench(make);
      await commit(1, listed("", { added: [newBook("b1", "old.epub", { sizeBytes: 55 })] }));
      await books.setReadState(anna, "b1", "reading");
      await commit(
        2,
        listed("", { absentIds: ["b1"], added: [newBook("b2", "new.epub", { sizeBytes: 55 })] }),
      );
      expect((await scans.listLost(anna, "c1", 2, { afterId: "", limit: 9 })).map((book) => book.id)).toEqual(
        ["b1"],
      );
      expect(await scans.listLost(anna, "c1", 2, { afterId: "b1", limit: 9 })).toEqual([]);
      expect((await scans.findRecent(anna, "c1", 2, [55, 56])).map((book) => book.id)).toEqual(["b2"]);
      expect(await scans.findRecent(anna, "c1", 2, [56])).toEqual([]);
      expect(await scans.findRecent(anna, "c1", 3, [55])).toEqual([]);
      const facts = bookFacts("new.epub", { sizeBytes: 55 });
      await scans.applyMoves(anna, "c1", [{ lostId: "b1", foundId: "b2", facts }]);
      await scans.applyMoves(anna, "c1", [{ lostId: "b1", foundId: "b2", facts }]);
      const { items } = await books.list(anna, { limit: 9 });
      expect(items).toMatchObject([
        { ...facts, id: "b1", readState: "reading", state: "present", absentRound: null },
      ]);
    });

    it("[LS5] forgets gone folders once their books are missing, and keeps the books", async () => {
      const { commit, scans, nextRound, foldersNow, books } = await openScanBench(make);
      await commit(1, listed("", { folders: [folderFacts("a"), folderFacts("e")] }));
      await commit(1, listed("a", { added: [newBook("b1", "a/x.epub")] }), listed("e"));
      await nextRound(1);
      await commit(2, listed("", { goneFolders: ["a", "e"] }));
      await scans.markAbsent(anna, "c1", 2);
      await nextRound(2);
      expect([...(await foldersNow()).keys()].sort()).toEqual(["", "a"]);
      await scans.markAbsent(anna, "c1", 3);
      await scans.settleAbsent(anna, "c1", 3, { kind: "accept", nowMs: 9 });
      await nextRound(3);
      expect([...(await foldersNow()).keys()]).toEqual([""]);
      expect(await books.get(anna, "b1")).toMatchObject({ state: "missing", path: "a/x.epub" });
      expect((await scans.readFolders(anna, "c1", ["a"]))[0]?.books).toHaveLength(1);
    });

    it("[CN1] lets nobody touch another user's connection", async () => {
      const { commit, scans, books } = await openScanBench(make);
      await commit(1, listed("", { added: [newBook("b1", "x.epub")] }));
      const foreign = [
        () => scans.openRound(ben, "c1", { nowMs: 1, staleBeforeMs: 0 }),
        () => scans.commitFolders(ben, "c1", 1, [listed("", { absentIds: ["b1"] })], noCounts),
        () => scans.markAbsent(ben, "c1", 1),
        () => scans.settleAbsent(ben, "c1", 1, { kind: "accept", nowMs: 1 }),
        () => scans.applyMoves(ben, "c1", []),
        () => scans.closeRound(ben, "c1", 1, { status: "complete", counts: noCounts, nowMs: 1 }),
      ];
      for (const attempt of foreign) await expect(attempt()).rejects.toMatchObject({ code: "not_found" });
      expect(await scans.listFolderStates(ben, "c1")).toEqual([]);
      expect((await scans.readFolders(ben, "c1", [""]))[0]?.books).toEqual([]);
      expect(await scans.listLost(ben, "c1", 1, { afterId: "", limit: 9 })).toEqual([]);
      expect(await scans.findRecent(ben, "c1", 0, [100])).toEqual([]);
      expect(await books.get(anna, "b1")).toMatchObject({ state: "present", absentRound: null });
    });
  });
}
