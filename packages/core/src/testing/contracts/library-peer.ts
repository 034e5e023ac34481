import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../clock/index.ts";
import {
  type Connection,
  type ConnectionService,
  createConnectionService,
  createSyncWork,
} from "../../connections/index.ts";
import { createSecretBox } from "../../crypto/index.ts";
import { createJobRunner, type Job } from "../../jobs/index.ts";
import type { Book } from "../../library/index.ts";
import { silentLogger } from "../../log/index.ts";
import { createDavClient } from "../../webdav/index.ts";
import { createMemoryRepositories } from "../memory-repositories.ts";
import { sampleBook } from "../sample-books.ts";
import { anna } from "./rows.ts";

/** A WebDAV server that is not ours, serving a folder of this machine. */
export interface LibraryPeer {
  /** Address of the folder. */
  readonly url: string;
  readonly login?: { readonly username: string; readonly password: string };
  /** Resolves when a change made in the folder is visible through the server; servers that cache need it. */
  readonly settle?: () => Promise<void>;
  close(): Promise<void>;
}

export interface LibraryPeerSuite {
  readonly name: string;
  readonly start: (folder: string) => Promise<LibraryPeer>;
  /** Adds real books to the folder and answers their paths in it. */
  readonly moreBooks?: (folder: string) => Promise<readonly string[]>;
  /** Names the server itself cannot serve, with the reason known to whoever leaves them out. */
  readonly without?: readonly string[];
}

const awkward: readonly (readonly [string, Uint8Array])[] = [
  ["plain.epub", sampleBook("epub", "Plain")],
  ["with space & plus+.epub", sampleBook("epub", "Space & plus")],
  ['100% #1? really; (it\'s) "quoted", [x]=~.pdf', sampleBook("pdf", "100 %")],
  ["%41%20already%2Fescaped.txt", sampleBook("txt", "Escaped")],
  ["三体 – 刘慈欣.epub", sampleBook("epub", "三体")],
  ["日本語/吾輩は猫である.fb2", sampleBook("fb2", "吾輩は猫である")],
  ["e\u0301te\u0301 NFD.pdf", sampleBook("pdf", "NFD")],
  ["\u00e9t\u00e9 NFC.pdf", sampleBook("pdf", "NFC")],
  ["🙂 emoji 🏳️‍🌈.cbz", sampleBook("cbz", "Emoji")],
  // 243 bytes, as long as a name may be for Nephele, which keeps a file of a longer name beside it.
  [`${"n".repeat(239)}.txt`, sampleBook("txt", "Long")],
  [`${"长".repeat(80)}.md`, sampleBook("md", "Long, in Chinese")],
  ["Deep/er and/deeper/still 5/a/b/c/d/page.html", sampleBook("html", "Deep")],
  ["Author Name/Title (12)/Title - Author Name.epub", sampleBook("epub", "Title")],
  ["<tag> 'n' @ : , $ !.rtf", sampleBook("rtf", "Signs")],
];

const noBooks = [
  "Author Name/Title (12)/cover.jpg",
  "Author Name/Title (12)/metadata.opf",
  ".hidden.epub",
  "empty/.keep",
];

/** What a library on a foreign server does, from the first sync to moves and losses. */
export function describeLibraryPeer(suite: LibraryPeerSuite): void {
  describe(`a library on ${suite.name}`, () => {
    const world = createPeerWorld(suite);
    beforeAll(world.open);
    afterAll(world.close);

    it("[PL1] is refused with wrong credentials or a wrong path, with the reason", async () => {
      const { url, login } = world.peer();
      const elsewhere = { name: "x", url: `${url}not%20there/`, auth: authOf(login) };
      await expect(world.desk().create(anna, elsewhere)).rejects.toMatchObject({ reason: "nothing_there" });
      if (login === undefined) return;
      const wrong = {
        name: "x",
        url,
        auth: { kind: "basic", username: login.username, password: "wrong" },
      } as const;
      await expect(world.desk().create(anna, wrong)).rejects.toMatchObject({ reason: "credentials_refused" });
      expect(await world.desk().list(anna)).toEqual([]);
    });

    it("[PL1] shows every book once, whatever it is called, and each can be read", async () => {
      await world.connect();
      const job = await world.sync();
      expect(job).toMatchObject({ status: "done", failure: null, progress: { added: world.paths().length } });
      const books = await world.books();
      expect(books.map((book) => book.path).sort()).toEqual([...world.paths()].sort());
      for (const book of books) expect(book).toMatchObject({ state: "present" });
      for (const book of books) {
        const content = awkward.find(([path]) => path === book.path)?.[1];
        if (content === undefined) continue;
        expect(book.sizeBytes).toBe(content.length);
        const answer = await world.client().get(book.path);
        expect(Buffer.from(await answer.arrayBuffer()).equals(content)).toBe(true);
      }
    });

    it("[PL1] a second sync asks each folder once and changes nothing", async () => {
      const before = await world.books();
      const job = await world.sync();
      expect(job.progress).toMatchObject({ added: 0, changed: 0, missing: 0, restored: 0 });
      expect(job.progress.requests).toBe(job.progress.folders);
      expect(await world.books()).toEqual(before);
    });

    it("[PL1] sees what is added, changed, lost and back", async () => {
      await world.write("Deep/new one.epub", sampleBook("epub", "New"));
      await world.write("plain.epub", sampleBook("epub", "Plain, second edition"));
      await world.lose("Author Name");
      await world.settle();
      expect((await world.sync()).progress).toMatchObject({ added: 1, changed: 1, missing: 1, restored: 0 });
      expect((await world.bookAt("Author Name/Title (12)/Title - Author Name.epub"))?.state).toBe("missing");
      await world.write("Author Name/Title (12)/Title - Author Name.epub", sampleBook("epub", "Title"));
      await world.settle();
      expect((await world.sync()).progress).toMatchObject({ added: 0, missing: 0, restored: 1 });
    });

    it("[PL1] a moved folder keeps its books and their reading state", async () => {
      const before = await world.bookAt("日本語/吾輩は猫である.fb2");
      await world.read(before?.id ?? "");
      await world.move("日本語", "Deep/日本 語");
      await world.settle();
      expect((await world.sync()).progress.missing).toBe(0);
      const after = await world.bookAt("Deep/日本 語/吾輩は猫である.fb2");
      expect(after).toMatchObject({ id: before?.id, readState: "reading", state: "present" });
    });

    it("[PL1] an emptied folder hides no book before the user agrees", async () => {
      const count = (await world.books()).length;
      await world.lose("");
      await world.settle();
      await world.sync();
      expect((await world.connection()).failure).toMatchObject({ code: "conflict", reason: "root_empty" });
      const books = await world.books();
      expect(books.filter((book) => book.state === "present")).toHaveLength(count);
    });
  });
}

function authOf(login: LibraryPeer["login"]) {
  return login === undefined ? ({ kind: "none" } as const) : ({ kind: "basic", ...login } as const);
}

function createPeerWorld(suite: LibraryPeerSuite) {
  const repositories = createMemoryRepositories();
  let folder = "";
  let peer: LibraryPeer | null = null;
  let desk: ConnectionService | null = null;
  let connectionId = "";
  let runs = 0;
  let more: readonly string[] = [];
  let work: ReturnType<typeof createSyncWork> | null = null;
  const left = new Set(suite.without ?? []);

  const write = async (path: string, content: Uint8Array) => {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
    // Servers whose ETag is seconds and size see a second write within the second by its size only.
    runs += 1;
    await utimes(target, new Date(), new Date(Date.now() - 3_600_000 + runs * 2_000));
  };
  const must = <T>(value: T | null): T => {
    if (value === null) throw new Error("The peer is not running.");
    return value;
  };
  const books = async (): Promise<readonly Book[]> =>
    (await repositories.books.list(anna, { limit: 10_000 })).items;
  return {
    open: async () => {
      folder = await mkdtemp(join(tmpdir(), "relite-peer-"));
      for (const [path, content] of awkward) if (!left.has(path)) await write(path, content);
      for (const path of noBooks) await write(path, new Uint8Array([1]));
      more = (await suite.moreBooks?.(folder)) ?? [];
      peer = await suite.start(folder);
      const parts = {
        ...repositories,
        fetch,
        clock: systemClock,
        random: Math.random,
        createId: () => crypto.randomUUID(),
        log: silentLogger,
        secretBox: await createSecretBox({ key: new Uint8Array(32).fill(9) }),
        intervalMs: 60_000,
      };
      desk = createConnectionService(parts);
      work = createSyncWork(parts);
    },
    close: async () => {
      await peer?.close();
      await rm(folder, { recursive: true, force: true });
    },
    peer: () => must(peer),
    desk: () => must(desk),
    client: () => {
      const { url, login } = must(peer);
      const pair = Buffer.from(`${login?.username}:${login?.password}`).toString("base64");
      return createDavClient({
        baseUrl: url,
        fetch,
        authorization: async () => (login === undefined ? null : `Basic ${pair}`),
      });
    },
    paths: () => [...awkward.map(([path]) => path).filter((path) => !left.has(path)), ...more],
    books,
    bookAt: async (path: string) => (await books()).find((book) => book.path === path),
    connect: async () => {
      const { url, login } = must(peer);
      connectionId = (await must(desk).create(anna, { name: suite.name, url, auth: authOf(login) })).id;
    },
    connection: (): Promise<Connection> => must(desk).get(anna, connectionId),
    sync: async (): Promise<Job> => {
      const { queue } = repositories;
      const { id } = await must(desk).sync(anna, connectionId);
      const at = { clock: systemClock, log: silentLogger, owner: crypto.randomUUID(), maxRunning: 1 };
      const runner = createJobRunner({ ...at, queue, work: must(work) });
      await runner.drain();
      await runner.stop();
      return must(await queue.get(anna, id));
    },
    write,
    lose: async (path: string) => {
      if (path !== "") return rm(join(folder, path), { recursive: true });
      for (const name of new Set((await books()).map((book) => book.path.split("/")[0] ?? "")))
        await rm(join(folder, name), { recursive: true, force: true });
      for (const name of noBooks)
        await rm(join(folder, name.split("/")[0] ?? ""), { recursive: true, force: true });
    },
    move: async (from: string, to: string) => {
      await mkdir(dirname(join(folder, to)), { recursive: true });
      await rename(join(folder, from), join(folder, to));
    },
    read: (id: string) => repositories.books.setReadState(anna, id, "reading"),
    settle: async () => must(peer).settle?.(),
  };
}
