import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { request } from "undici";
import type { BenchServer } from "./dav-servers.ts";
import { requestBytes, sendRequests } from "./http-load.ts";

const connections = 16;

/** Sends one request and reads its answer whole; rejects on any status but 2xx. */
export async function expectSuccess(
  server: BenchServer,
  method: string,
  path: string,
  { body = null, headers = {} }: { body?: Uint8Array | string | null; headers?: Record<string, string> } = {},
): Promise<string> {
  const answer = await request(new URL(path, server.base), {
    method: method as "GET",
    headers: { ...server.headers, ...headers },
    body,
  });
  const text = await answer.body.text();
  if (answer.statusCode > 299)
    throw new Error(`${server.name}: ${method} ${path} answered ${answer.statusCode}`);
  return text;
}

/** Makes a collection of small files. */
export async function fillFolder(server: BenchServer, folder: string, entries: number): Promise<void> {
  await expectSuccess(server, "MKCOL", folder);
  let next = 0;
  const make = () => {
    next += 1;
    const url = new URL(`${folder}file-${next}.txt`, server.base);
    return requestBytes("PUT", url, server.headers, Buffer.from(`entry ${next}`));
  };
  await sendRequests(server.base, make, { count: entries, connections });
}

const fourProperties = `<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/><D:getcontentlength/><D:getlastmodified/><D:getetag/></D:prop></D:propfind>`;

export type PropfindForm = "four properties" | "allprop";

export async function list(server: BenchServer, folder: string, form: PropfindForm): Promise<void> {
  const body = form === "allprop" ? null : fourProperties;
  const headers = { depth: "1", ...(body === null ? {} : { "content-type": "application/xml" }) };
  await expectSuccess(server, "PROPFIND", folder, { body, headers });
}

/** COPY or MOVE of a collection. */
export function transfer(server: BenchServer, method: "COPY" | "MOVE", from: string, to: string) {
  return expectSuccess(server, method, from, {
    headers: { destination: new URL(to, server.base).href, overwrite: "F" },
  });
}

/** GETs a second: by wrk, which takes little of the machine itself, else by the bench's own client. */
export async function getRate(server: BenchServer, path: string, hasWrk: boolean): Promise<number> {
  const url = new URL(path, server.base);
  if (hasWrk) {
    const headers = Object.entries(server.headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
    const args = ["-t1", `-c${connections}`, "-d2s", ...headers, url.href];
    const { stdout } = await promisify(execFile)("wrk", args);
    if (/Non-2xx/.test(stdout)) throw new Error(`${server.name} refused GETs`);
    return Number(/Requests\/sec: *([\d.]+)/.exec(stdout)?.[1]);
  }
  const bytes = requestBytes("GET", url, server.headers);
  const count = 8_000;
  const startMs = performance.now();
  await sendRequests(server.base, () => bytes, { count, connections });
  return (count * 1_000) / (performance.now() - startMs);
}

/** The longest wait of a small GET while a listing is made, in milliseconds. */
export async function longestWait(server: BenchServer, folder: string): Promise<number> {
  let longestMs = 0;
  let isListing = true;
  const listing = list(server, folder, "allprop").finally(() => {
    isListing = false;
  });
  const bytes = requestBytes("GET", new URL("small.bin", server.base), server.headers);
  let askedMs = performance.now();
  const ask = () => {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - askedMs);
    askedMs = nowMs;
    return bytes;
  };
  while (isListing) await sendRequests(server.base, ask, { count: 20, connections: 1 });
  await listing;
  return longestMs;
}
