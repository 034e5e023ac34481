import {
  type BookQuery,
  type BookSort,
  bookFormats,
  type FolderCommit,
  type NewBook,
  noCounts,
} from "@relite/core/library";
import { createMemoryRepositories, type LibraryRepositories, seededRandom } from "@relite/core/testing";
import { connectionRow, listed, newBook } from "@relite/core/testing/contracts";
import { expect, test } from "vitest";
import { createRepositories } from "../library-repositories.ts";
import { providers, useDatabase } from "../testing/databases.ts";

const total = 4_500;
const words = ["war", "peace", "三体", "dragon", "moon", "rare"];

/** Books in which every word, format and state has its own frequency, and keys are often equal. */
function someBooks(random: () => number): readonly NewBook[] {
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() ** 4 * items.length)];
  return Array.from({ length: total }, (_, index) => {
    const titleKey = `${pick(words)} ${Math.floor(random() * 40)}`;
    return newBook(`b${String(index).padStart(5, "0")}`, `${index}.epub`, {
      titleKey,
      searchText: `${titleKey} ${pick(words)}`,
      format: pick(bookFormats.slice(0, 4)) ?? "epub",
      sizeBytes: random() < 0.2 ? null : Math.floor(random() * 50),
      modifiedAtMs: random() < 0.2 ? null : Math.floor(random() * 1_000),
      addedAtMs: Math.floor(random() * 300),
    });
  });
}

async function fill(
  { connections, scans, books }: LibraryRepositories,
  rows: readonly NewBook[],
): Promise<void> {
  for (const [id, share] of [
    ["big", rows.slice(0, -50)],
    ["small", rows.slice(-50)],
  ] as const) {
    await connections.insert("anna", connectionRow("anna", id));
    await scans.openRound("anna", id, { nowMs: 1, staleBeforeMs: 0 });
    const commits: readonly FolderCommit[] = [listed("", { added: share })];
    await scans.commitFolders("anna", id, 1, commits, noCounts);
    const absentIds = share.slice(0, share.length / 20).map((book) => book.id);
    await scans.commitFolders("anna", id, 1, [listed("", { absentIds })], noCounts);
    await scans.settleAbsent("anna", id, 1, { kind: "accept", nowMs: 5 });
  }
  for (const id of ["b00007", "b01234", "b04499"]) await books.setReadState("anna", id, "reading");
}

const sorts: readonly BookSort[] = ["title", "author", "added", "modified", "size"];

function someQuery(random: () => number): Omit<BookQuery, "limit"> {
  const chance = (share: number) => random() < share;
  const word = () => words[Math.floor(random() * words.length)] ?? "";
  return {
    sort: sorts[Math.floor(random() * sorts.length)] ?? "title",
    descending: chance(0.5),
    ...(chance(0.5) ? { words: [word(), ...(chance(0.3) ? [word()] : [])] } : {}),
    ...(chance(0.3) ? { formats: bookFormats.slice(chance(0.5) ? 0 : 3, 4) } : {}),
    ...(chance(0.3) ? { connectionId: chance(0.5) ? "small" : "big" } : {}),
    ...(chance(0.3) ? { states: [chance(0.5) ? "missing" : "present"] } : {}),
    ...(chance(0.15) ? { readStates: ["reading"] } : {}),
  };
}

for (const provider of providers) {
  const empty = useDatabase(provider);

  test(`[ST6] lists on ${provider} as in memory, page by page, whatever is asked`, async () => {
    const database = await empty();
    await database.client.user.create({
      data: { id: "anna", displayName: "", role: "owner", createdAtMs: 0n },
    });
    const real = createRepositories(database);
    const twin = createMemoryRepositories();
    const rows = someBooks(seededRandom(11));
    await fill(real, rows);
    await fill(twin, rows);
    const random = seededRandom(23);
    for (let round = 0; round < 60; round++) {
      const query = someQuery(random);
      const note = JSON.stringify(query);
      expect(await real.books.count("anna", query), note).toBe(await twin.books.count("anna", query));
      const cursors: (string | null | undefined)[] = [undefined, undefined];
      for (let page = 0; page < 4 && cursors[0] !== null; page++) {
        const limit = 1 + Math.floor(random() * 300);
        const [mine, theirs] = await Promise.all(
          [real, twin].map(({ books }, index) => {
            const cursor = cursors[index];
            return books.list("anna", { ...query, limit, ...(typeof cursor === "string" ? { cursor } : {}) });
          }),
        );
        expect(mine?.items, note).toEqual(theirs?.items);
        expect(mine?.nextCursor === null, note).toBe(theirs?.nextCursor === null);
        cursors.splice(0, 2, mine?.nextCursor, theirs?.nextCursor);
      }
    }
  });
}
