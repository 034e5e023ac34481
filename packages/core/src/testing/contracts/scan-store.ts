import { describe, expect, it } from "vitest";
import { type FolderCommit, noCounts } from "../../library/index.ts";
import type { LibraryRepositories } from "../memory-repositories.ts";
import { anna, ben, bookFacts, connectionRow, folderFacts, listed, newBook } from "./rows.ts";

/** What every `ScanStore` does. `make` gives empty repositories in which users `anna` and `ben` exist. */
export function describeScanStore(name: string, make: () => Promise<LibraryRepositories>): void {
  const start = async () => {
    const repositories = await make();
    await repositories.connections.insert(anna, connectionRow(anna, "c1"));
    await repositories.scans.openRound(anna, "c1", { nowMs: 1_000, staleBeforeMs: 0 });
    const commit = (round: number, ...commits: FolderCommit[]) =>
      repositories.scans.commitFolders(anna, "c1", round, commits, noCounts);
    const stateOf = async (id: string) => (await repositories.books.get(anna, id))?.state;
    const foldersNow = async () =>
      new Map((await repositories.scans.listFolderStates(anna, "c1")).map((row) => [row.path, row]));
    const nextRound = async (number: number) => {
      await repositories.scans.closeRound(anna, "c1", number, {
        status: "complete",
        counts: noCounts,
        nowMs: number,
      });
      return repositories.scans.openRound(anna, "c1", { nowMs: 2_000 + number, staleBeforeMs: 0 });
    };
    return { ...repositories, commit, stateOf, foldersNow, nextRound };
  };

  describe(`scan store: ${name}`, () => {
    it("[LS1] goes on with a running round and its counts, and starts anew after the end", async () => {
      const { scans, nextRound } = await start();
      const counts = { ...noCounts, folders: 3, bytes: 12_345_678_901, requests: 4 };
      await scans.commitFolders(anna, "c1", 1, [listed("")], counts);
      expect(await scans.openRound(anna, "c1", { nowMs: 5_000, staleBeforeMs: 0 })).toMatchObject({
        number: 1,
        status: "running",
        resumed: true,
        startedAtMs: 1_000,
        counts,
      });
      expect(await nextRound(1)).toMatchObject({ number: 2, resumed: false, counts: noCounts });
    });

    it("[LS1] gives up a running round that is too old", async () => {
      const { scans } = await start();
      const round = await scans.openRound(anna, "c1", { nowMs: 9_000, staleBeforeMs: 1_001 });
      expect(round).toMatchObject({ number: 2, resumed: false, startedAtMs: 9_000 });
    });

    it("[LS1] remembers per folder what is listed, failed and still to do", async () => {
      const { commit, foldersNow } = await start();
      await commit(1, listed("", { folders: [folderFacts("a"), folderFacts("b")] }));
      await commit(1, listed("a", { folders: [folderFacts("a/deep")] }), {
        ...listed("b"),
        outcome: "failed",
      });
      expect(Object.fromEntries(await foldersNow())).toMatchObject({
        "": { listedRound: 1, failedRound: 0, isGone: false },
        a: { listedRound: 1, failedRound: 0, isGone: false },
        "a/deep": { listedRound: 0, failedRound: 0, isGone: false },
        b: { listedRound: 0, failedRound: 1, isGone: false },
      });
    });

    it("[LS2] commits several folders with their children, or nothing", async () => {
      const { commit, scans, books } = await start();
      const added = [newBook("b1", "x.epub"), newBook("b2", "y.epub")];
      const clash = [newBook("b1", "z/again.epub")];
      await commit(1, listed("", { added, folders: [folderFacts("z")] }));
      await expect(
        commit(1, listed("z", { added: [newBook("b3", "z/ok.epub")] }), listed("q", { added: clash })),
      ).rejects.toThrow();
      expect(await books.get(anna, "b3")).toBeNull();
      const [root, z, unknown] = await scans.readFolders(anna, "c1", ["", "z", "not there"]);
      expect(root?.books.map((book) => book.path).sort()).toEqual(["x.epub", "y.epub"]);
      expect(root?.folders).toMatchObject([{ path: "z", isGone: false, etag: null, modifiedAtMs: null }]);
      expect(z).toMatchObject({ path: "z", folders: [], books: [] });
      expect(unknown).toMatchObject({ path: "not there", folders: [], books: [] });
    });

    it("[LS2] takes a commit repeated after a kill without a second row", async () => {
      const { commit, books } = await start();
      await commit(1, listed("", { added: [newBook("b1", "x.epub", { sizeBytes: 1 })] }));
      await commit(1, listed("", { added: [newBook("b2", "x.epub", { sizeBytes: 2 })] }));
      const { items } = await books.list(anna, { limit: 9 });
      expect(items).toMatchObject([{ id: "b1", sizeBytes: 2, state: "present" }]);
    });

    it("[LS2] keeps awkward and long paths apart byte by byte", async () => {
      const { commit, scans } = await start();
      const longName = "n".repeat(255);
      const long = `${"长".repeat(80)}/${"n".repeat(250)}`;
      const deep = `${Array.from({ length: 14 }, () => "d".repeat(250)).join("/")}/end.epub`;
      const paths = [
        "A.epub",
        "a.epub",
        "100%.epub",
        "100_.epub",
        "e\u0301.epub",
        "\u00e9.epub",
        "q'\"\\;#?.epub",
        "🙂.epub",
      ];
      const added = [...paths, `${long}.epub`, deep].map((path, index) =>
        newBook(`b${index}`, path, { folder: "" }),
      );
      await commit(
        1,
        listed("", { added, folders: [folderFacts(longName), folderFacts("x%"), folderFacts("x_")] }),
      );
      const [root] = await scans.readFolders(anna, "c1", [""]);
      expect(new Set(root?.books.map((book) => book.path))).toEqual(
        new Set([...paths, `${long}.epub`, deep]),
      );
      expect(root?.folders.map((folder) => folder.path).sort()).toEqual([longName, "x%", "x_"].sort());
    });

    it("[LS3] counts books in gone folders as absent, whole subtree, exactly that subtree", async () => {
      const { commit, scans, nextRound, foldersNow, books } = await start();
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
      const { commit, scans, nextRound, foldersNow } = await start();
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
      const { commit, scans, nextRound, stateOf, books } = await start();
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
      const { commit, scans, stateOf } = await start();
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
      const { commit, scans, stateOf, books } = await start();
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
      const { commit, scans, books } = await start();
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
      const { commit, scans, nextRound, foldersNow, books } = await start();
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
      const { commit, scans, books } = await start();
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
