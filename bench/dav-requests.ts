import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { request } from "undici";
import type { BenchServer } from "./dav-servers.ts";
import { requestBytes, sendRequests } from "./http-load.ts";

const connections = 16;
export const smallBytes = 4 * 1024;

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

/** How long a listing takes when a member was written over since the last one, in milliseconds. */
export async function listChanged(server: BenchServer, folder: string, form: PropfindForm): Promise<number> {
  await expectSuccess(server, "PUT", `${folder}file-1.txt`, { body: randomBytes(9) });
  const startMs = performance.now();
  await list(server, folder, form);
  return performance.now() - startMs;
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
  if (hasWrk) return wrkRate(server, url);
  const bytes = requestBytes("GET", url, server.headers);
  return ownRate(server, () => bytes, 8_000);
}

/** PUTs a second of 4 KiB each, new names in a new folder. */
export async function putRate(server: BenchServer, folder: string, hasWrk: boolean): Promise<number> {
  await expectSuccess(server, "MKCOL", folder);
  const url = new URL(folder, server.base);
  if (hasWrk) return wrkRate(server, url, ["-s", join(import.meta.dirname, "put-files.lua")]);
  const body = randomBytes(smallBytes);
  const make = () => {
    const name = randomBytes(9).toString("hex");
    body.write(name);
    return requestBytes("PUT", new URL(`${name}.bin`, url), server.headers, body);
  };
  return ownRate(server, make, 4_000);
}

async function wrkRate({ name, headers }: BenchServer, url: URL, script: readonly string[] = []) {
  const lines = Object.entries(headers).flatMap(([field, value]) => ["-H", `${field}: ${value}`]);
  const args = ["-t1", `-c${connections}`, "-d2s", ...script, ...lines, url.href];
  const { stdout } = await promisify(execFile)("wrk", args);
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`${name} refused requests: ${stdout}`);
  return Number(/Requests\/sec: *([\d.]+)/.exec(stdout)?.[1]);
}

async function ownRate(server: BenchServer, make: () => Uint8Array, count: number): Promise<number> {
  const startMs = performance.now();
  await sendRequests(server.base, make, { count, connections });
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
