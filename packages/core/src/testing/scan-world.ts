import { type Book, type ScanInput, type ScanOutcome, scanConnection } from "../library/index.ts";
import { createDavClient } from "../webdav/index.ts";
import { anna, connectionRow } from "./contracts/rows.ts";
import { type JumpingClock, jumpingClock } from "./jumping-clock.ts";
import { createMemoryRepositories, type LibraryRepositories } from "./memory-repositories.ts";
import { createRemoteDav, type RemoteDavOptions } from "./remote-dav.ts";
import type { RemoteRequest } from "./remote-request.ts";
import { createRemoteTree, type RemoteTree } from "./remote-tree.ts";
import { seededRandom } from "./seeded-random.ts";

export interface ScanWorld extends LibraryRepositories {
  readonly tree: RemoteTree;
  readonly clock: JumpingClock;
  readonly requests: readonly RemoteRequest[];
  /** How the remote server behaves from now on. */
  behave(options: Omit<RemoteDavOptions, "tree">): void;
  scan(patch?: Partial<ScanInput>): Promise<ScanOutcome>;
  allBooks(): Promise<readonly Book[]>;
  bookAt(path: string): Promise<Book | undefined>;
}

/** One connection of `anna`, a remote tree, and scans between them, in memory and without time passing. */
export async function createScanWorld(
  options: { seed?: number; repositories?: LibraryRepositories } = {},
): Promise<ScanWorld> {
  const repositories = options.repositories ?? createMemoryRepositories();
  const tree = createRemoteTree();
  const clock = jumpingClock();
  const random = seededRandom(options.seed ?? 1);
  const requests: RemoteRequest[] = [];
  let remote = createRemoteDav({ tree });
  let ids = 0;
  await repositories.connections.insert(anna, connectionRow(anna, "c1"));
  const client = createDavClient({
    baseUrl: "http://remote.test/dav/",
    fetch: async (input, init) => {
      const before = remote.requests.length;
      try {
        return await remote.handle(new Request(input, init));
      } finally {
        requests.push(...remote.requests.slice(before, before + 1));
      }
    },
  });
  const allBooks = async () => {
    const books: Book[] = [];
    let cursor: string | undefined;
    do {
      const page = await repositories.books.list(anna, {
        limit: 10_000,
        ...(cursor === undefined ? {} : { cursor }),
      });
      books.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return books;
  };
  return {
    ...repositories,
    tree,
    clock,
    requests,
    behave: (next) => {
      remote = createRemoteDav({ ...next, tree });
    },
    scan: (patch = {}) =>
      scanConnection({
        userId: anna,
        connectionId: "c1",
        client,
        scans: repositories.scans,
        proposals: repositories.proposals,
        clock,
        random,
        createId: () => {
          ids += 1;
          return `id-${String(Math.floor(random() * 1e9)).padStart(9, "0")}-${ids}`;
        },
        serverIdentity: null,
        signal: new AbortController().signal,
        ...patch,
      }),
    allBooks,
    bookAt: async (path) => (await allBooks()).find((book) => book.path === path),
  };
}
