import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { ensureProgram } from "../scripts/peers/packages.ts";
import {
  expectSuccess,
  fillFolder,
  getRate,
  list,
  listChanged,
  longestWait,
  type PropfindForm,
  putRate,
  smallBytes,
  transfer,
} from "./dav-requests.ts";
import { type BenchServer, startCeiling, startDavServers } from "./dav-servers.ts";
import { download, requestBytes, sendRequests } from "./http-load.ts";
import { type Contender, type Gauge, measureFigures, measureTimes, type Table } from "./measure.ts";
import type { BenchOptions } from "./options.ts";

const connections = 16;
const largeBytes = 200 * 1024 * 1024;

type Group = (servers: readonly BenchServer[], say: BenchOptions["say"]) => AsyncIterable<Table>;

const groups: Readonly<Record<string, Group>> = {
  listings: benchListings,
  small: benchSmall,
  large: benchLarge,
  trees: benchTrees,
  sync: benchSync,
};

/** The endpoint beside other WebDAV servers, the same requests by the same client, each a process of its own. */
export async function* benchDav(options: BenchOptions): AsyncGenerator<Table> {
  const servers = await startDavServers(options);
  try {
    for (const [name, group] of Object.entries(groups)) {
      if (options.only?.includes(name) === false) continue;
      options.say(`${name} …`);
      yield* group(servers, options.say);
    }
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
}

/** The servers on which the work succeeded; a peer that cannot do it is left out of what needs it. */
async function prepare(
  servers: readonly BenchServer[],
  say: BenchOptions["say"],
  work: (server: BenchServer) => Promise<unknown>,
): Promise<readonly BenchServer[]> {
  const able: BenchServer[] = [];
  for (const server of servers) {
    try {
      await work(server);
      able.push(server);
    } catch (error) {
      if (server.isOurs) throw error;
      say(`${server.name} is left out: ${error instanceof Error ? error.message : error}`);
    }
  }
  return able;
}

/** A target that is a share of Apache's time stands only where Apache runs, which is first then. */
function each(
  servers: readonly BenchServer[],
  run: (server: BenchServer) => Promise<unknown>,
  aim: Pick<Contender, "target" | "targetRatio"> = {},
): readonly Contender[] {
  const isKnown = aim.target !== undefined || servers[0]?.name.startsWith("Apache");
  return servers.map((server) => ({
    name: server.name,
    run: () => named(server, run),
    isPeer: !server.isOurs,
    ...(server.isOurs && isKnown ? aim : {}),
  }));
}

async function named<Result>(
  server: BenchServer,
  run: (server: BenchServer) => Promise<Result>,
): Promise<Result> {
  try {
    return await run(server);
  } catch (cause) {
    throw new Error(`${server.name} failed`, { cause });
  }
}

function gauges(
  servers: readonly BenchServer[],
  run: (server: BenchServer) => Promise<number>,
  aim: Pick<Gauge, "target" | "targetRatio"> = {},
): readonly Gauge[] {
  return each(servers, run, aim).map((contender, index) => {
    const server = servers[index];
    return { ...contender, run: async () => (server === undefined ? Number.NaN : named(server, run)) };
  });
}

async function* benchListings(
  servers: readonly BenchServer[],
  say: BenchOptions["say"],
): AsyncGenerator<Table> {
  const ours = servers.filter(({ isOurs }) => isOurs);
  const forms: readonly PropfindForm[] = ["four properties", "allprop"];
  await prepare(servers, say, putSmallFile);
  for (const entries of [100, 1_000, 10_000]) {
    const folder = `list-${entries}/`;
    const able = await prepare(servers, say, (server) => fillFolder(server, folder, entries));
    for (const server of ours) forgetPeak(server);
    for (const form of forms) {
      const title = `PROPFIND Depth 1 of ${entries} entries, ${form}`;
      // What was answered before may be answered again where nothing has changed.
      const changed = gauges(able, (server) => listChanged(server, folder, form), { targetRatio: 0.3 });
      yield await measureFigures(`${title}, after a PUT into it`, "ms", changed);
      const again = each(able, (server) => list(server, folder, form), { targetRatio: 0.3 });
      yield await measureTimes(`${title}, unchanged`, again);
    }
  }
  const peak = gauges(ours, async (server) => peakMegabytes(server), { target: 150 });
  yield await measureFigures("Peak memory during these listings, all threads", "MB", peak, { rounds: 1 });
  const wait = gauges(servers, (server) => longestWait(server, "list-10000/"), { target: 25 });
  yield await measureFigures("Longest wait of a GET during a listing of 10000", "ms", wait);
}

async function* benchSmall(servers: readonly BenchServer[], say: BenchOptions["say"]): AsyncGenerator<Table> {
  const able = await prepare(servers, say, putSmallFile);
  const wrk = ensureProgram("wrk", "wrk");
  const ceiling = await startCeiling();
  const rate = (server: BenchServer) => getRate(server, "small.bin", wrk.available);
  const client = wrk.available ? "wrk, one thread" : "the bench's own client, which takes a core";
  try {
    const all = gauges([...able, ceiling], rate, { targetRatio: 1 });
    const on = `on ${connections} connections (${client})`;
    yield await measureFigures(`GET 4 KiB ${on}`, "1/s", all);
    let folders = 0;
    const put = (server: BenchServer) => putRate(server, `puts-${folders++}/`, wrk.available);
    const puts = gauges(servers, put, { targetRatio: 1.5 });
    yield await measureFigures(`PUT 4 KiB, new names ${on}`, "1/s", puts);
  } finally {
    await ceiling.close();
  }
}

function putSmallFile(server: BenchServer): Promise<string> {
  return expectSuccess(server, "PUT", "small.bin", { body: randomBytes(smallBytes) });
}

async function* benchLarge(servers: readonly BenchServer[]): AsyncGenerator<Table> {
  const body = randomBytes(largeBytes);
  const put = async (server: BenchServer) => {
    const bytes = requestBytes("PUT", new URL("large.bin", server.base), server.headers, body);
    Buffer.from(bytes.buffer, bytes.byteOffset + bytes.byteLength - 16, 16).set(randomBytes(16));
    const startMs = performance.now();
    await sendRequests(server.base, () => bytes, { count: 1, connections: 1 });
    return largeBytes / 1_000 / (performance.now() - startMs);
  };
  const get = async (server: BenchServer) => {
    const startMs = performance.now();
    const size = await download(new URL("large.bin", server.base), server.headers);
    if (size !== largeBytes) throw new Error(`${server.name} sent ${size} bytes`);
    return largeBytes / 1_000 / (performance.now() - startMs);
  };
  const ours = servers.filter(({ isOurs }) => isOurs);
  for (const server of ours) forgetPeak(server);
  const before = ours.map(peakMegabytes);
  yield await measureFigures("PUT 200 MB", "MB/s", gauges(servers, put, { targetRatio: 0.8 }), { rounds: 3 });
  yield await measureFigures("GET 200 MB", "MB/s", gauges(servers, get, { targetRatio: 0.8 }));
  const growth = gauges(ours, async (server) => peakMegabytes(server) - (before[0] ?? 0));
  yield await measureFigures("Memory gained at most meanwhile", "MB", growth, { rounds: 1 });
}

/** Trees of 10,000 files, in folders of 500. */
async function* benchTrees(servers: readonly BenchServer[], say: BenchOptions["say"]): AsyncGenerator<Table> {
  const able = await prepare(servers, say, makeTree);
  let copies = 0;
  const copy = (server: BenchServer) => transfer(server, "COPY", "tree/", `copy-${copies++}/`);
  yield await measureTimes("COPY of a tree of 10,000 files", each(able, copy, { target: 100 }), {
    rounds: 3,
  });
  let moves = 0;
  // There and back again is one there and one back.
  const move = async (server: BenchServer) => {
    moves += 1;
    const startMs = performance.now();
    await transfer(server, "MOVE", "tree/", `moved-${moves}/`);
    const tookMs = performance.now() - startMs;
    await transfer(server, "MOVE", `moved-${moves}/`, "tree/");
    return tookMs;
  };
  const remove = async (server: BenchServer) => {
    const name = `gone-${copies++}/`;
    await transfer(server, "COPY", "tree/", name);
    const startMs = performance.now();
    await expectSuccess(server, "DELETE", name);
    return performance.now() - startMs;
  };
  yield await measureFigures("MOVE of a tree of 10,000 files", "ms", gauges(able, move, { target: 5 }));
  const removal = gauges(able, remove, { target: 100 });
  yield await measureFigures("DELETE of a tree of 10,000 files", "ms", removal, { rounds: 3 });
}

async function makeTree(server: BenchServer): Promise<void> {
  await expectSuccess(server, "MKCOL", "tree/");
  for (let at = 0; at < 20; at += 1) await fillFolder(server, `tree/${at}/`, 500);
}

/** Whether an earlier group left it. */
function hasTree(server: BenchServer): Promise<boolean> {
  return expectSuccess(server, "PROPFIND", "tree/", { headers: { depth: "0" } }).then(
    () => true,
    () => false,
  );
}

async function* benchSync(servers: readonly BenchServer[]): AsyncGenerator<Table> {
  const ours = servers.filter(({ isOurs }) => isOurs);
  const report = (server: BenchServer, token: string) =>
    expectSuccess(server, "REPORT", "many/", {
      headers: { "content-type": "application/xml" },
      body: `<sync-collection xmlns="DAV:"><sync-token>${token}</sync-token><sync-level>infinite</sync-level><prop><getetag/></prop></sync-collection>`,
    });
  const tokenOf = (text: string) => /<D:sync-token>([^<]*)</.exec(text)?.[1] ?? "";
  const tokens = new Map<BenchServer, string>();
  for (const server of ours) {
    if (!(await hasTree(server))) await makeTree(server);
    await expectSuccess(server, "MKCOL", "many/");
    for (let at = 0; at < 10; at += 1) await transfer(server, "COPY", "tree/", `many/${at}/`);
    tokens.set(server, tokenOf(await report(server, "")));
    for (let at = 0; at < 10; at += 1)
      await expectSuccess(server, "PUT", `many/${at}/3/file-7.txt`, { body: `changed ${at}` });
  }
  const ask = async (server: BenchServer) => {
    const text = await report(server, tokens.get(server) ?? "");
    if (text.split("<D:response>").length !== 11) throw new Error("not the ten changes");
  };
  const title = "sync-collection over 100,000 nodes with 10 changes";
  yield await measureTimes(title, each(ours, ask, { target: 5 }), { rounds: 9 });
}

/** The largest that a server's memory was since `forgetPeak`, its threads included; Linux tells. */
function peakMegabytes({ pid }: BenchServer): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1_024;
}

function forgetPeak({ pid }: BenchServer): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}
