import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BookQuery, type FolderCommit, type NewBook, noCounts } from "@relite/core/library";
import { seededRandom } from "@relite/core/testing";
import { listed, newBook } from "@relite/core/testing/contracts";
import { foldText } from "@relite/core/text";
import { createOrderedIds } from "../apps/api/src/store/ordered-id.ts";
import { openScratchStore, type ScratchStore } from "../apps/api/src/store/testing/scratch-store.ts";
import { measureTimes, type Table } from "./measure.ts";

const total = 100_000;
const inSmallConnection = 500;
const perFolder = 50;
const words = (
  "the war and peace of shadows light river night stone garden winter summer king queen history science art love " +
  "death dream city sea mountain music 三体 红楼梦 西游记 blue green house road letter island castle dragon time"
).split(" ");

/** Writing, listing and searching 100,000 books at the repositories, beside one reading of the whole table. */
export async function* benchStore(): AsyncGenerator<Table> {
  const dir = await mkdtemp(join(tmpdir(), "relite-bench-"));
  try {
    yield await benchWriting(dir);
    yield await benchReading("SQLite", await openScratchStore(join(dir, "read.db")));
    yield await benchReading("PostgreSQL", await openScratchStore(null));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function benchWriting(dir: string): Promise<Table> {
  const index = async (foldersAtOnce: number) => {
    const store = await openScratchStore(join(dir, `${crypto.randomUUID()}.db`));
    await fill(store, foldersAtOnce);
    await store.close();
  };
  return measureTimes(
    `First index of ${total} books, folders of ${perFolder}, on SQLite`,
    [
      { name: "64 folders a transaction", run: () => index(64) },
      { name: "20 folders a transaction", run: () => index(20) },
      { name: "4 folders a transaction", run: () => index(4) },
    ],
    { rounds: 1 },
  );
}

async function benchReading(database: string, store: ScratchStore): Promise<Table> {
  await fill(store, 20);
  const { books, userId, connectionIds } = store;
  const first = (query: Omit<BookQuery, "limit">) => () => books.list(userId, { ...query, limit: 50 });
  const table = await measureTimes(
    `First page of ${total} books on ${database}`,
    [
      { name: "every search text read once", run: () => store.readWhole() },
      { name: "by title", run: first({}) },
      { name: "newest", run: first({ sort: "added", descending: true }) },
      { name: "largest", run: first({ sort: "size", descending: true }) },
      { name: "search: common word", run: first({ words: ["dragon"] }) },
      { name: "search: common CJK word", run: first({ words: ["红楼"] }) },
      { name: "search: one book", run: first({ words: ["77777"] }) },
      { name: "search: nothing", run: first({ words: ["zzzzzz"] }) },
      { name: "search: one book, newest", run: first({ words: ["77777"], sort: "added" }) },
      { name: "filter: pdf", run: first({ formats: ["pdf"] }) },
      { name: "filter: missing (none)", run: first({ states: ["missing"] }) },
      { name: "filter: small connection", run: first({ connectionId: connectionIds[1] }) },
      { name: "count: all", run: () => books.count(userId, {}) },
      { name: "count: common word", run: () => books.count(userId, { words: ["dragon"] }) },
      { name: "count: by connection", run: () => books.countByConnection(userId) },
    ],
    { rounds: 7 },
  );
  await store.close();
  return table;
}

async function fill({ scans, userId, connectionIds }: ScratchStore, foldersAtOnce: number): Promise<void> {
  const random = seededRandom(7);
  const newId = createOrderedIds({ nowMs: Date.now }, (length) =>
    crypto.getRandomValues(new Uint8Array(length)),
  );
  const pick = () => words[Math.floor(random() * words.length)] ?? "";
  const toBook = (folder: string, number: number): NewBook => {
    const title = `${pick()} ${pick()} ${pick()} ${pick()} ${number}`;
    const path = `${folder}/${title}.epub`;
    return newBook(newId(), path, {
      ...{ title, titleKey: foldText(title), searchText: foldText(`${title} ${path}`) },
      ...{ format: number % 5 === 0 ? "pdf" : "epub", etag: `"${newId()}"`, addedAtMs: number },
      ...{ sizeBytes: Math.floor(random() * 5e6), modifiedAtMs: Math.floor(random() * 1e12) },
    });
  };
  let number = 0;
  for (const [connectionId, share] of [
    [connectionIds[0], total - inSmallConnection],
    [connectionIds[1], inSmallConnection],
  ] as const) {
    for (let folders = share / perFolder; folders > 0; folders -= foldersAtOnce) {
      const commits: readonly FolderCommit[] = Array.from(
        { length: Math.min(folders, foldersAtOnce) },
        () => {
          const folder = `${pick()} ${pick()}/${number}`;
          return listed(folder, { added: Array.from({ length: perFolder }, () => toBook(folder, number++)) });
        },
      );
      await scans.commitFolders(userId, connectionId, 1, commits, noCounts);
    }
  }
}
