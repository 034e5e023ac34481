import { randomUUID } from "node:crypto";
import { type BookQuery, type FolderCommit, type NewBook, noCounts } from "@relite/core/library";
import { seededRandom } from "@relite/core/testing";
import { foldText } from "@relite/core/text";
import { openDatabase } from "@relite/prisma";
import { createTestDatabase, startPostgres } from "@relite/prisma/testing";
import { createRepositories } from "../library-repositories.ts";
import { createOrderedIds } from "../ordered-id.ts";

const provider = process.argv[2] === "postgresql" ? ("postgresql" as const) : ("sqlite" as const);
const server = provider === "postgresql" ? await startPostgres() : null;
if (server) process.env.RELITE_TEST_POSTGRES_URL = server.url;
const place = await createTestDatabase(provider);
const db = await openDatabase(place);
const repos = createRepositories(db);
const userId = randomUUID();
await db.client.user.create({ data: { id: userId, displayName: "x", role: "owner", createdAtMs: 0n } });
const total = Number(process.argv[3] ?? 100_000);
const perFolder = 50;
const words =
  "the war and peace of shadows light river night stone garden winter summer king queen history science art love death dream city sea mountain music 三体 红楼梦 西游记 blue green house road letter island castle dragon time machine world star moon sun fire water earth".split(
    " ",
  );
const random = seededRandom(7);
const newBookId = createOrderedIds({ nowMs: Date.now }, (length) =>
  crypto.getRandomValues(new Uint8Array(length)),
);
const pick = () => words[Math.floor(random() * words.length)] ?? "x";
const connections = [randomUUID(), randomUUID()];
for (const [i, id] of connections.entries())
  await repos.connections.insert(userId, {
    id,
    userId,
    name: `c${i}`,
    url: "https://x/",
    host: "x:443",
    authKind: "none",
    username: null,
    sealedSecret: null,
    status: "idle",
    failure: null,
    failures: 0,
    lastSyncAtMs: null,
    nextSyncAtMs: null,
    serverIdentity: null,
    createdAtMs: 1,
    updatedAtMs: 1,
  });
const t0 = performance.now();
let makeMs = 0;
const batchTimes: number[] = [];
let n = 0;
let first: string = "";
for (const [index, id] of connections.entries()) {
  const share = index === 0 ? total - 500 : 500;
  await repos.scans.openRound(userId, id, { nowMs: 1, staleBeforeMs: 0 });
  const folders = Math.ceil(share / perFolder);
  for (let f = 0; f < folders; f += 20) {
    const m0 = performance.now();
    const commits: FolderCommit[] = [];
    for (let k = f; k < Math.min(f + 20, folders); k++) {
      const folder = `Author ${pick()} ${k % 400}/Series ${k}`;
      const added: NewBook[] = [];
      for (let b = 0; b < perFolder; b++) {
        const title = `${pick()} ${pick()} ${pick()} ${pick()} ${n}`;
        const name = `${title}.epub`;
        const path = `${folder}/${name}`;
        const idb = newBookId();
        if (n === 5000) first = idb;
        added.push({
          id: idb,
          addedAtMs: 1_700_000_000_000 + n,
          path,
          folder,
          name,
          format: n % 5 === 0 ? "pdf" : "epub",
          title,
          titleKey: foldText(title).replace(/\d+/g, (d) => d.padStart(8, "0")),
          searchText: foldText(`${title} ${path}`),
          sizeBytes: Math.floor(random() * 5_000_000),
          etag: `"${randomUUID()}"`,
          modifiedAtMs: 1_600_000_000_000 + Math.floor(random() * 1e11),
        });
        n++;
      }
      commits.push({
        folder: { path: folder, etag: null, modifiedAtMs: 1 },
        outcome: "listed",
        folders: [],
        goneFolders: [],
        added,
        seen: [],
        absentIds: [],
      });
    }
    const m1 = performance.now();
    makeMs += m1 - m0;
    await repos.scans.commitFolders(userId, id, 1, commits, noCounts);
    batchTimes.push(performance.now() - m1);
  }
}
const insertMs = performance.now() - t0 - makeMs;
batchTimes.sort((a, b) => a - b);
console.log(
  provider,
  n,
  "books inserted:",
  insertMs.toFixed(0),
  "ms; make",
  makeMs.toFixed(0),
  "ms; batch of 1000 median",
  batchTimes[Math.floor(batchTimes.length / 2)]?.toFixed(1),
  "max",
  batchTimes.at(-1)?.toFixed(1),
);
if (process.argv.includes("--analyze")) await db.sql.run("ANALYZE");
const queries: [string, Omit<BookQuery, "limit">][] = [
  ["list by title", {}],
  ["list by title desc", { descending: true }],
  ["sort added", { sort: "added", descending: true }],
  ["sort author", { sort: "author" }],
  ["sort modified", { sort: "modified", descending: true }],
  ["sort size", { sort: "size", descending: true }],
  ["search common", { words: ["dragon"] }],
  ["search rare", { words: ["77777"] }],
  ["search two", { words: ["dragon", "castle"] }],
  ["search none", { words: ["zzzzzz"] }],
  ["search CJK", { words: ["红楼"] }],
  ["search rare sort added", { words: ["77777"], sort: "added" }],
  ["search common sort size", { words: ["dragon"], sort: "size" }],
  ["filter pdf", { formats: ["pdf"] }],
  ["filter small connection", { connectionId: connections[1] ?? "" }],
  ["filter big connection", { connectionId: connections[0] ?? "" }],
  ["filter missing", { states: ["missing"] }],
  ["filter reading", { readStates: ["reading"] }],
  ["default view", { states: ["present", "suspect"] }],
  ["small conn + added", { connectionId: connections[1] ?? "", sort: "added" }],
  ["small conn + search", { connectionId: connections[1] ?? "", words: ["dragon"] }],
];
for (const [name, query] of queries) {
  const times: number[] = [];
  let size = 0;
  for (let i = 0; i < 7; i++) {
    const a = performance.now();
    size = (await repos.books.list(userId, { ...query, limit: 50 })).items.length;
    times.push(performance.now() - a);
  }
  const counts: number[] = [];
  for (let i = 0; i < 3; i++) {
    const a = performance.now();
    await repos.books.count(userId, query);
    counts.push(performance.now() - a);
  }
  times.sort((a, b) => a - b);
  counts.sort((a, b) => a - b);
  console.log(
    name.padEnd(26),
    "list",
    times[3]?.toFixed(1).padStart(7),
    "max",
    times[6]?.toFixed(1).padStart(7),
    "count",
    counts[1]?.toFixed(1).padStart(7),
    "rows",
    size,
  );
}
const timed = async (name: string, f: () => Promise<unknown>) => {
  const ts: number[] = [];
  for (let i = 0; i < 5; i++) {
    const a = performance.now();
    await f();
    ts.push(performance.now() - a);
  }
  ts.sort((a, b) => a - b);
  console.log(name.padEnd(26), ts[2]?.toFixed(2));
};
const c0 = connections[0] ?? "";
await timed("get", () => repos.books.get(userId, first));
await timed("countByConnection", () => repos.books.countByConnection(userId));
await timed("readFolders 64", () =>
  repos.scans.readFolders(
    userId,
    c0,
    Array.from({ length: 64 }, (_, i) => `x${i}`),
  ),
);
await timed("listFolderStates", () => repos.scans.listFolderStates(userId, c0));
await timed("markAbsent", () => repos.scans.markAbsent(userId, c0, 1));
await timed("listLost none", () => repos.scans.listLost(userId, c0, 1, { afterId: "", limit: 500 }));
await timed("findRecent", () => repos.scans.findRecent(userId, c0, 2, [1, 2, 3]));
await timed("settle", () =>
  repos.scans.settleAbsent(userId, c0, 1, { kind: "apply", confirmedIds: [], isComplete: true, nowMs: 1 }),
);
let cursor: string | undefined;
let pages = 0;
const w0 = performance.now();
do {
  const page = await repos.books.list(userId, { limit: 1000, ...(cursor ? { cursor } : {}) });
  cursor = page.nextCursor ?? undefined;
  pages++;
} while (cursor);
console.log("walk all by 1000:", pages, "pages", (performance.now() - w0).toFixed(0), "ms");
await timed("closeRound", () =>
  repos.scans.closeRound(userId, c0, 1, { status: "complete", counts: noCounts, nowMs: 1 }),
);
console.log("rss MB", (process.memoryUsage().rss / 1e6).toFixed(0));
await timed("remove connection", () => repos.connections.remove(userId, c0));
await db.close();
await place.remove();
await server?.stop();
