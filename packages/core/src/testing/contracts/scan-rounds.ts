import { describe, expect, it } from "vitest";
import { noCounts } from "../../library/index.ts";
import type { LibraryRepositories } from "../memory-repositories.ts";
import { anna, folderFacts, listed, newBook } from "./rows.ts";
import { openScanBench } from "./scan-bench.ts";

export function describeScanRounds(name: string, make: () => Promise<LibraryRepositories>): void {
  describe(`scan store: ${name}`, () => {
    it("[LS1] goes on with a running round and its counts, and starts anew after the end", async () => {
      const { scans, nextRound } = await openScanBench(make);
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
      const { scans } = await openScanBench(make);
      const round = await scans.openRound(anna, "c1", { nowMs: 9_000, staleBeforeMs: 1_001 });
      expect(round).toMatchObject({ number: 2, resumed: false, startedAtMs: 9_000 });
    });

    it("[LS1] remembers per folder what is listed, failed and still to do", async () => {
      const { commit, foldersNow } = await openScanBench(make);
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
      const { commit, scans, books } = await openScanBench(make);
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
      const { commit, books } = await openScanBench(make);
      await commit(1, listed("", { added: [newBook("b1", "x.epub", { sizeBytes: 1 })] }));
      await commit(1, listed("", { added: [newBook("b2", "x.epub", { sizeBytes: 2 })] }));
      const { items } = await books.list(anna, { limit: 9 });
      expect(items).toMatchObject([{ id: "b1", sizeBytes: 2, state: "present" }]);
    });

    it("[LS2] keeps awkward and long paths apart byte by byte", async () => {
      const { commit, scans } = await openScanBench(make);
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
  });
}
