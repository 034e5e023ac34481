import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { ensureProgram } from "../scripts/peers/packages.ts";
import { each, gauges, prepare } from "./dav-contenders.ts";
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
} from "./dav-requests.ts";
import { type BenchServer, startCeiling, startDavServers } from "./dav-servers.ts";
import { benchSync, benchTrees } from "./dav-trees.ts";
import { download, requestBytes, sendRequests } from "./http-load.ts";
import { measureFigures, measureTimes, type Table } from "./measure.ts";
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

/** The largest that a server's memory was since `forgetPeak`, its threads included; Linux tells. */
function peakMegabytes({ pid }: BenchServer): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1_024;
}

function forgetPeak({ pid }: BenchServer): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}
