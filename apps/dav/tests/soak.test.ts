import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { Agent, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { seededRandom } from "@relite/core/testing";
import { audienceOfUrl, issueInvocation } from "@relite/core/ucan";
import { expect, it } from "vitest";
import { runOwners } from "../src/admin/index.ts";
import { newSigner, startTestServer } from "../src/testing/dav-fixture.ts";
import { startEndpoint } from "./kill/endpoint-process.ts";

/** `DAV_SOAK_REQUESTS=200000 npm test -- --project dav soak` takes the long run. */
const count = Number(process.env.DAV_SOAK_REQUESTS ?? 2_000);
const isLong = count > 2_000;
const clients = 8;
const megabyte = 1024 * 1024;

interface Load {
  readonly port: number;
  readonly token: string;
  readonly agent: Agent;
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The connection is broken after so many bytes of the body. */
  readonly breakAfter?: number;
}

/** A plain request whose answer is read and forgotten; 0 when the connection broke. */
function send(
  { port, token, agent }: Load,
  { method, path, headers = {}, body = "", breakAfter }: Sent,
): Promise<number> {
  return new Promise((resolve) => {
    const length = body === "" ? {} : { "Content-Length": Buffer.byteLength(body) };
    const req = httpRequest(
      {
        port,
        host: "127.0.0.1",
        method,
        path: `/dav/apps/test/${path}`,
        agent,
        headers: { Authorization: `Bearer ${token}`, ...length, ...headers },
      },
      (res) => {
        res.resume();
        res.on("close", () => resolve(res.statusCode ?? 0));
      },
    );
    req.on("error", () => resolve(0));
    if (breakAfter === undefined) req.end(body);
    else req.write(body.slice(0, breakAfter), () => req.destroy());
  });
}

const large = "x".repeat(150_000);

/** Something of everything, on a tree that stays small; also what is refused, and what breaks. */
function anyRequest(random: () => number): Sent {
  const name = `f${Math.floor(random() * 60)}`;
  const value = random();
  const to = { Destination: `/dav/apps/test/f${Math.floor(random() * 60)}` };
  if (value < 0.3) return { method: "GET", path: name };
  if (value < 0.5) return { method: "PUT", path: name, body: `${random()}` };
  if (value < 0.53) return { method: "PUT", path: name, body: large + random() };
  if (value < 0.55) return { method: "PUT", path: name, body: large, breakAfter: 100_000 };
  if (value < 0.6) return { method: "PROPFIND", path: "", headers: { Depth: "1" } };
  if (value < 0.65) return { method: "DELETE", path: name };
  if (value < 0.7) return { method: "MOVE", path: name, headers: to };
  if (value < 0.75) return { method: "COPY", path: name, headers: to };
  if (value < 0.8) return { method: "PROPPATCH", path: name, body: patch };
  if (value < 0.83) return { method: "REPORT", path: "", body: report };
  if (value < 0.86)
    return { method: "PUT", path: name, headers: { Authorization: `Bearer a.b.${random()}` }, body: "x" };
  if (value < 0.89) return { method: "GET", path: "%2e%2e/x" };
  if (value < 0.92) return { method: "PROPFIND", path: name, body: "<broken" };
  if (value < 0.95) return { method: "PUT", path: name, headers: { "If-Match": '"none"' }, body: "x" };
  return {
    method: "LOCK",
    path: `locked${Math.floor(random() * 20)}`,
    headers: { Timeout: "Second-1" },
    body: lockBody,
  };
}

const patch = '<propertyupdate xmlns="DAV:"><set><prop><p xmlns="urn:x">v</p></prop></set></propertyupdate>';
const report =
  '<sync-collection xmlns="DAV:"><sync-token/><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>';
const lockBody =
  '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>';

function collectedHeapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect !== "function") throw new Error("no gc");
  for (let round = 0; round < 4; round += 1) collect();
  return process.memoryUsage().heapUsed;
}

const openFiles = async (pid: number | "self" = "self") => (await readdir(`/proc/${pid}/fd`)).length;

/** Sends so many requests, some at a time; counts the statuses. */
async function sendMany(
  load: Omit<Load, "token">,
  { requests, random, newToken }: { requests: number; random: () => number; newToken: () => Promise<string> },
): Promise<ReadonlyMap<number, number>> {
  const statuses = new Map<number, number>();
  let left = requests;
  let token = await newToken();
  const client = async () => {
    for (; left > 0; left -= 1) {
      const status = await send({ ...load, token }, anyRequest(random));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (left % 5_000 === 0) token = await newToken();
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return statuses;
}

it.runIf(process.platform === "linux")(
  `[DU10] ${count} requests of every kind leave no memory, file descriptor or temporary file behind`,
  { timeout: 60_000 + count * 30 },
  async () => {
    const env = { DAV_TRASH_KEEP: "0", DAV_VERSIONS_KEEP: "0", DAV_RATE_LIMIT: "1000000" };
    await using dav = await startTestServer({ env });
    const load = { port: dav.server.port, agent: new Agent({ keepAlive: true, maxSockets: clients }) };
    const random = seededRandom(7);
    const newToken = () => dav.token();
    await sendMany(load, { requests: count / 4, random, newToken });
    const [heapEarly, filesEarly] = [collectedHeapBytes(), await openFiles()];
    const statuses = await sendMany(load, { requests: (count * 3) / 4, random, newToken });
    const [heapLate, filesLate] = [collectedHeapBytes(), await openFiles()];
    const grown = (heapLate - heapEarly) / megabyte;
    if (isLong) {
      const rss = /VmHWM:\s+(\d+)/.exec(await readFile("/proc/self/status", "utf8"))?.[1];
      process.stdout.write(
        `${count} requests: heap ${(heapEarly / megabyte).toFixed(1)} MiB after a quarter, ${grown.toFixed(1)} MiB more at the end; ` +
          `${filesEarly} and ${filesLate} descriptors; ${rss} KiB at most; ${JSON.stringify([...statuses].sort())}\n`,
      );
    }
    expect(grown).toBeLessThan(6);
    expect(filesLate).toBeLessThanOrEqual(filesEarly + clients);
    expect(await readdir(join(dav.folder, "dav", "blobs", "staging"))).toEqual([]);
    for (const status of statuses.keys())
      expect([0, 200, 201, 204, 207, 400, 401, 403, 404, 412, 423]).toContain(status);
    load.agent.destroy();
  },
);

it.runIf(process.platform === "linux" && isLong)(
  "[DU10] the process of several threads stays as it was, too",
  { timeout: 60_000 + count * 30 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "relite-soak-"));
    const owner = await newSigner();
    await runOwners(["add", owner.did, "--data", folder], { out: () => {}, err: () => {}, env: {} });
    const env = { DAV_TRASH_KEEP: "0", DAV_VERSIONS_KEEP: "0" };
    const endpoint = await startEndpoint({ folder, owner, env });
    const load = {
      port: Number(new URL(endpoint.url).port),
      agent: new Agent({ keepAlive: true, maxSockets: clients }),
    };
    const newToken = () =>
      issueInvocation({
        issuer: owner,
        audience: audienceOfUrl(endpoint.url),
        capabilities: [{ with: "app:test", can: "app/write" }],
        nowMs: Date.now(),
        ttlSec: 3_600,
      });
    const residentBytes = async () =>
      Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${endpoint.pid}/status`, "utf8"))?.[1]) * 1024;
    const random = seededRandom(8);
    await sendMany(load, { requests: count / 4, random, newToken });
    const [early, filesEarly] = [await residentBytes(), await openFiles(endpoint.pid)];
    await sendMany(load, { requests: (count * 3) / 4, random, newToken });
    const [late, filesLate] = [await residentBytes(), await openFiles(endpoint.pid)];
    process.stdout.write(
      `${count} requests: ${(early / megabyte).toFixed(0)} MiB resident after a quarter, ${(late / megabyte).toFixed(0)} at the end; ${filesEarly} and ${filesLate} descriptors\n`,
    );
    expect(late - early).toBeLessThan(100 * megabyte);
    expect(filesLate).toBeLessThanOrEqual(filesEarly + clients);
    expect(endpoint.unexpected()).toEqual([]);
    load.agent.destroy();
    expect(await endpoint.stop()).toBe(0);
    await rm(folder, { recursive: true, force: true });
  },
);
