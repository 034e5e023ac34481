import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffFolder } from "./diff.ts";
import type { Book, KnownBook, KnownFolder } from "./index.ts";
import type { Listing } from "./listing.ts";
import { type MoveCandidate, matchMoves } from "./moves.ts";

const name = fc.constantFrom("a.epub", "b.epub", "c.pdf", "三.cbz", "d%.txt");
const facts = fc.record({
  sizeBytes: fc.option(fc.nat(3)),
  etag: fc.option(fc.constantFrom('"1"', '"2"', 'W/"1"')),
  modifiedAtMs: fc.option(fc.nat(2)),
});

const knownBook = fc.record({
  name,
  facts,
  state: fc.constantFrom("present", "suspect", "missing"),
  isAbsent: fc.boolean(),
});
const knownFolder = fc
  .tuple(
    fc.uniqueArray(knownBook, { selector: (one) => one.name }),
    fc.uniqueArray(fc.record({ path: fc.constantFrom("x", "y", "z"), isGone: fc.boolean() }), {
      selector: (one) => one.path,
    }),
  )
  .map(
    ([books, folders]): KnownFolder => ({
      path: "",
      folders: folders.map((folder) => ({ ...folder, etag: null, modifiedAtMs: null })),
      books: books.map(
        (one): KnownBook => ({
          id: `id ${one.name}`,
          path: one.name,
          ...one.facts,
          state: one.state as Book["state"],
          absentRound: one.isAbsent ? 1 : null,
        }),
      ),
    }),
  );
const listing = fc
  .record({
    books: fc.uniqueArray(fc.record({ name, facts }), { selector: (one) => one.name }),
    folders: fc.uniqueArray(fc.constantFrom("x", "y", "z")),
    isWhole: fc.boolean(),
  })
  .map(
    ({ books, folders, isWhole }): Listing => ({
      folder: { path: "", etag: null, modifiedAtMs: null },
      folders: folders.map((path) => ({ path, etag: null, modifiedAtMs: null })),
      books: books.map((one) => ({ path: one.name, format: "epub", ...one.facts })),
      files: books.length,
      isWhole,
    }),
  );

const at = { nowMs: 9, createId: () => "new" };

/** The folder as a store would hold it after the diff. */
function applied(known: KnownFolder, { commit }: ReturnType<typeof diffFolder>): KnownFolder {
  const seen = new Map(commit.seen.map((one) => [one.id, one]));
  const books = known.books.map((book): KnownBook => {
    const change = seen.get(book.id);
    if (change !== undefined) return { ...book, ...change, state: "present", absentRound: null };
    return commit.absentIds.includes(book.id) ? { ...book, absentRound: 2 } : book;
  });
  const added = commit.added.map(
    ({ path, sizeBytes, etag, modifiedAtMs }): KnownBook => ({
      id: `id ${path}`,
      path,
      sizeBytes,
      etag,
      modifiedAtMs,
      state: "present",
      absentRound: null,
    }),
  );
  const back = new Set(commit.folders.map((folder) => folder.path));
  const folders = known.folders
    .filter((folder) => !back.has(folder.path))
    .map((folder) => ({ ...folder, isGone: folder.isGone || commit.goneFolders.includes(folder.path) }));
  return {
    path: "",
    folders: [...folders, ...commit.folders.map((one) => ({ ...one, isGone: false }))],
    books: [...books, ...added],
  };
}

describe("[LB1] the diff of one folder", () => {
  it("[LB1] makes the index what was listed, once and for all", () => {
    fc.assert(
      fc.property(knownFolder, listing, (known, listed) => {
        const after = applied(known, diffFolder(known, listed, at));
        for (const book of listed.books) {
          const row = after.books.find((one) => one.path === book.path);
          const { path, sizeBytes, etag, modifiedAtMs } = book;
          expect(row).toMatchObject({
            path,
            sizeBytes,
            etag,
            modifiedAtMs,
            state: "present",
            absentRound: null,
          });
        }
        expect(after.books.length).toBe(new Set(after.books.map((book) => book.path)).size);
        const again = diffFolder(after, listed, at);
        expect(again.commit).toMatchObject({ added: [], seen: [], folders: [], goneFolders: [] });
        expect({ ...again, commit: null }).toEqual({ commit: null, added: 0, changed: 0, restored: 0 });
      }),
      { numRuns: 1_000 },
    );
  });

  it("[LS4] takes nothing for absent that was listed, nor anything from a listing that is not whole", () => {
    fc.assert(
      fc.property(knownFolder, listing, (known, listed) => {
        const { commit } = diffFolder(known, listed, at);
        const paths = new Set(listed.books.map((book) => book.path));
        const absent = known.books.filter((book) => commit.absentIds.includes(book.id));
        expect(absent.every((book) => !paths.has(book.path) && book.state !== "missing")).toBe(true);
        if (!listed.isWhole) expect([commit.absentIds, commit.goneFolders]).toEqual([[], []]);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("[LS5] matching moves", () => {
  const candidate = (side: string) =>
    fc.uniqueArray(
      fc.record({
        id: fc.nat(50).map((id) => `${side}${id}`),
        folder: fc.constantFrom("", "x", "y/x", "z"),
        name: fc.constantFrom("a.epub", "b.epub"),
        format: fc.constant("epub" as const),
        sizeBytes: fc.constantFrom(null, 0, 5, 6),
        etag: fc.constantFrom(null, '"1"', '"2"', 'W/"1"'),
      }) satisfies fc.Arbitrary<MoveCandidate>,
      { selector: (one) => one.id, maxLength: 12 },
    );

  it("[LS5] pairs each book once, only books that may be the same, in whatever order they come", () => {
    fc.assert(
      fc.property(candidate("lost "), candidate("found "), (lost, found) => {
        const moves = matchMoves(lost, found);
        expect(new Set(moves.map((move) => move.lostId)).size).toBe(moves.length);
        expect(new Set(moves.map((move) => move.foundId)).size).toBe(moves.length);
        for (const { lostId, foundId } of moves) {
          const [one, other] = [lost.find(({ id }) => id === lostId), found.find(({ id }) => id === foundId)];
          expect(one?.sizeBytes).toBe(other?.sizeBytes);
          expect(one?.sizeBytes).toBeGreaterThan(0);
        }
        const turned = matchMoves(lost.toReversed(), found.toReversed());
        expect(new Set(turned.map((move) => JSON.stringify(move)))).toEqual(
          new Set(moves.map((move) => JSON.stringify(move))),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it("[LS5] goes by ETag and size whatever the name, else by name and size: some ETags hold the path", () => {
    const book = { id: "l", folder: "x", name: "a.txt", format: "txt", sizeBytes: 5, etag: '"1"' } as const;
    expect(matchMoves([book], [{ ...book, id: "f", folder: "y", name: "b.txt" }])).toHaveLength(1);
    expect(matchMoves([book], [{ ...book, id: "f", folder: "y", etag: '"2"' }])).toHaveLength(1);
    expect(matchMoves([book], [{ ...book, id: "f", name: "b.txt", etag: '"2"' }])).toEqual([]);
    expect(matchMoves([book], [{ ...book, id: "f", folder: "y", sizeBytes: 6 }])).toEqual([]);
    expect(matchMoves([book], [{ ...book, id: "f", folder: "y", etag: 'W/"1-gzip"' }])).toHaveLength(1);
    expect(matchMoves([book], [{ ...book, id: "f", folder: "y", etag: null }])).toHaveLength(1);
  });
});
