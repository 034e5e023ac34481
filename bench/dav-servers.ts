import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@relite/core/clock";
import { audienceOfUrl, issueInvocation } from "@relite/core/ucan";
import { startApache } from "../scripts/peers/apache.ts";
import { startEndpoint } from "../scripts/peers/endpoint.ts";
import { hasNginxDav, startNginx } from "../scripts/peers/nginx.ts";
import { type Availability, ensurePackage, ensureProgram } from "../scripts/peers/packages.ts";
import { freePort, type PeerServer, startProcessServer } from "../scripts/peers/process-server.ts";
import { startRclone } from "../scripts/peers/rclone.ts";
import type { BenchOptions } from "./options.ts";

/** A server as a process of its own, with an empty collection at `base`. */
export interface BenchServer extends PeerServer {
  readonly name: string;
  readonly isOurs: boolean;
  /** The collection that is worked in; ends with a slash. */
  readonly base: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** A peer, and whether this machine can have it. */
interface Peer {
  readonly word: string;
  readonly name: string;
  find(): Availability;
  start(): Promise<PeerServer>;
}

const peers: readonly Peer[] = [
  {
    word: "apache",
    name: "Apache mod_dav (no auth, no fsync)",
    find: () => ensureProgram("apache2", "apache2"),
    start: () => onFolder(startApache),
  },
  {
    word: "nginx",
    name: "nginx dav-ext (no auth, no fsync)",
    find: () => ensurePackage("libnginx-mod-http-dav-ext", hasNginxDav),
    start: () => onFolder(startNginx),
  },
  {
    word: "rclone",
    name: "rclone serve webdav (no auth, no fsync)",
    find: () => ensureProgram("rclone", "rclone"),
    start: () => onFolder(startRclone),
  },
  {
    word: "stock",
    name: "stock webdav-server (no auth, no fsync)",
    find: () => ({ available: true, reason: "" }),
    start: startStock,
  },
];

/** Apache mod_dav where it can be had (the baseline then), the other peers asked for, and ours with authorisation on. */
export async function startDavServers({ peers: asked, say }: BenchOptions): Promise<readonly BenchServer[]> {
  const servers: BenchServer[] = [];
  for (const { word, name, find, start } of peers) {
    if (asked !== null && !asked.includes(word)) continue;
    const found = find();
    if (!found.available) {
      say(`A peer is left out: ${found.reason}`);
      continue;
    }
    const server = await start();
    servers.push({ ...server, name, isOurs: false, base: new URL(server.url), headers: {} });
  }
  return [...servers, await startOurs()];
}

export async function startOurs(): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), "relite-bench-"));
  const { owner, ...server } = await startEndpoint(folder, unlimited);
  const token = await issueInvocation({
    issuer: owner,
    audience: audienceOfUrl(server.url),
    capabilities: [{ with: "app:bench", can: "app/write" }],
    ttlSec: 3_600,
    nowMs: systemClock.nowMs(),
  });
  const headers = { authorization: `Bearer ${token}` };
  const name = "relite endpoint (durable, UCAN)";
  return withFolder(
    { ...server, name, isOurs: true, base: new URL(`${server.url}/dav/apps/bench/`), headers },
    folder,
  );
}

/** What is measured is the server, not its protection against floods. */
const unlimited = { DAV_RATE_LIMIT: "1000000" };

async function startStock(): Promise<PeerServer> {
  const folder = mkdtempSync(join(tmpdir(), "relite-bench-"));
  const port = await freePort();
  const server = await startProcessServer(`http://127.0.0.1:${port}/`, {
    command: process.execPath,
    args: [join(import.meta.dirname, "stock-server.ts"), folder, String(port)],
  });
  return withFolder(server, folder);
}

async function onFolder(start: (folder: string) => Promise<PeerServer>): Promise<PeerServer> {
  const folder = mkdtempSync(join(tmpdir(), "relite-bench-"));
  return withFolder(await start(folder), folder);
}

/** What `node:http` itself can do: the small file from memory, the headers ours sends, nothing looked at. */
export async function startCeiling(): Promise<BenchServer> {
  const port = await freePort();
  const server = await startProcessServer(`http://127.0.0.1:${port}/`, {
    command: process.execPath,
    args: [join(import.meta.dirname, "ceiling-server.ts"), String(port)],
  });
  const name = "node:http answering from memory (one thread, the ceiling)";
  return { ...server, name, isOurs: false, base: new URL(server.url), headers: {} };
}

function withFolder<Server extends PeerServer>(server: Server, folder: string): Server {
  return {
    ...server,
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
