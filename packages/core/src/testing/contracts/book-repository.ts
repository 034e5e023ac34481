import { describe, expect, it } from "vitest";
import { type BookQuery, type BookRepository, noCounts } from "../../library/index.ts";
import type { LibraryRepositories } from "../memory-repositories.ts";
import { anna, ben, connectionRow, listed, newBook } from "./rows.ts";

/** What every `BookRepository` does. `make` gives empty repositories in which users `anna` and `ben` exist. */
export function describeBookRepository(name: string, make: () => Promise<LibraryRepositories>): void {
  const start = async (): Promise<LibraryRepositories> => {
    const repositories = await make();
    const { connections, scans } = repositories;
    await connections.insert(anna, connectionRow(anna, "c1"));
    await connections.insert(anna, connectionRow(anna, "c2"));
    await connections.insert(ben, connectionRow(ben, "c9"));
    for (const [userId, id] of [
      [anna, "c1"],
      [anna, "c2"],
      [ben, "c9"],
    ] as const)
      await scans.openRound(userId, id, { nowMs: 1, staleBeforeMs: 0 });
    const added = [
      newBook("b1", "Dune.epub", {
        titleKey: "dune",
        searchText: "dune frank herbert",
        sizeBytes: 30,
        addedAtMs: 3,
      }),
      newBook("b2", "三体.epub", {
        titleKey: "三体",
        searchText: "三体 刘慈欣",
        sizeBytes: 10,
        addedAtMs: 1,
      }),
      newBook("b3", "Emma.pdf", {
        titleKey: "emma",
        searchText: "emma 100% under_score",
        sizeBytes: null,
        addedAtMs: 2,
      }),
    ];
    await scans.commitFolders(anna, "c1", 1, [listed("", { added })], noCounts);
    const other = [
      newBook("b4", "Dune.epub", { titleKey: "dune", searchText: "dune", addedAtMs: 4, modifiedAtMs: null }),
    ];
    await scans.commitFolders(anna, "c2", 1, [listed("", { added: other })], noCounts);
    await scans.commitFolders(
      ben,
      "c9",
      1,
      [listed("", { added: [newBook("b9", "Dune.epub", { searchText: "dune" })] })],
      noCounts,
    );
    return repositories;
  };
  const ids = async (books: BookRepository, query: Omit<BookQuery, "limit">) =>
    (await books.list(anna, { ...query, limit: 50 })).items.map((book) => book.id);

  describe(`book repository: ${name}`, () => {
    it("[LB2] gives a book back with everything a listing said", async () => {
      const { books } = await start();
      expect(await books.get(anna, "b1")).toEqual({
        ...newBook("b1", "Dune.epub", {
          titleKey: "dune",
          searchText: "dune frank herbert",
          sizeBytes: 30,
          addedAtMs: 3,
        }),
        userId: anna,
        connectionId: "c1",
        author: null,
        authorKey: "",
        series: null,
        metadata: null,
        cover: null,
        fingerprint: null,
        state: "present",
        readState: "unread",
        firstRound: 1,
        absentRound: null,
        suspectRound: null,
        missingSinceMs: null,
        changedAtMs: 3,
      });
    });

    it("[CN1] hides another user's books from every method", async () => {
      const { books } = await start();
      expect(await books.get(ben, "b1")).toBeNull();
      expect(await books.setReadState(ben, "b1", "finished")).toBeNull();
      expect((await books.list(ben, { limit: 9 })).items.map((book) => book.id)).toEqual(["b9"]);
      expect((await books.list(ben, { limit: 9, connectionId: "c1" })).items).toEqual([]);
      expect((await books.get(anna, "b1"))?.readState).toBe("unread");
      expect(await books.get(anna, "no such id")).toBeNull();
    });

    it("[LB5] searches every word as it is, wildcards included", async () => {
      const { books } = await start();
      expect(await ids(books, { words: ["dune", "herb"] })).toEqual(["b1"]);
      expect(await ids(books, { words: ["刘慈"] })).toEqual(["b2"]);
      expect(await ids(books, { words: ["100%"] })).toEqual(["b3"]);
      expect(await ids(books, { words: ["r_s"] })).toEqual(["b3"]);
      expect(await ids(books, { words: ["%"] })).toEqual(["b3"]);
      expect(await ids(books, { words: ["e_m"] })).toEqual([]);
      expect(await ids(books, { words: ["'; drop table"] })).toEqual([]);
    });

    it("[LB5] filters by format, connection, state and reading state", async () => {
      const { books, scans } = await start();
      await books.setReadState(anna, "b2", "finished");
      await scans.commitFolders(anna, "c1", 1, [listed("", { absentIds: ["b3"] })], noCounts);
      await scans.settleAbsent(anna, "c1", 1, { kind: "accept", nowMs: 7 });
      expect(await ids(books, { formats: ["pdf"] })).toEqual(["b3"]);
      expect(await ids(books, { connectionId: "c2" })).toEqual(["b4"]);
      expect(await ids(books, { states: ["missing"] })).toEqual(["b3"]);
      expect(await ids(books, { states: ["present", "suspect"], connectionId: "c1" })).toEqual(["b1", "b2"]);
      expect(await ids(books, { readStates: ["finished"] })).toEqual(["b2"]);
      expect(await ids(books, { formats: [] })).toEqual([]);
      expect(await books.count(anna, { formats: ["epub"] })).toBe(3);
      expect(await books.countByConnection(anna)).toEqual(
        new Map([
          ["c1", { present: 2, missing: 1 }],
          ["c2", { present: 1, missing: 0 }],
        ]),
      );
    });

    it("[LB5] sorts by each key, ties by id, both directions", async () => {
      const { books } = await start();
      expect(await ids(books, {})).toEqual(["b1", "b4", "b3", "b2"]);
      expect(await ids(books, { descending: true })).toEqual(["b2", "b3", "b4", "b1"]);
      expect(await ids(books, { sort: "added" })).toEqual(["b2", "b3", "b1", "b4"]);
      expect(await ids(books, { sort: "size" })).toEqual(["b3", "b2", "b1", "b4"]);
      expect(await ids(books, { sort: "modified" })).toEqual(["b4", "b1", "b2", "b3"]);
      expect(await ids(books, { sort: "author" })).toEqual(["b1", "b2", "b3", "b4"]);
    });

    it.each(["title", "author", "added", "modified", "size"] as const)(
      "[LB5] walks pages by cursor without gap or repeat, sorted by %s",
      async (sort) => {
        const { books } = await start();
        for (const descending of [false, true]) {
          const whole = await ids(books, { sort, descending });
          const walked: string[] = [];
          let cursor: string | undefined;
          do {
            const query = { sort, descending, limit: 1, ...(cursor === undefined ? {} : { cursor }) };
            const page = await books.list(anna, query);
            walked.push(...page.items.map((book) => book.id));
            cursor = page.nextCursor ?? undefined;
          } while (cursor !== undefined);
          expect(walked).toEqual(whole);
        }
      },
    );

    it.each(["", "junk", "%%%", "W10", "eyJhIjoxfQ"])("[LB5] refuses the cursor %j", async (cursor) => {
      const { books } = await start();
      await expect(books.list(anna, { limit: 1, cursor })).rejects.toMatchObject({
        code: "bad_request",
        reason: "bad_cursor",
      });
    });
  });
}
