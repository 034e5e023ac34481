import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@relite/core/clock";
import { audienceOfUrl, issueInvocation } from "@relite/core/ucan";
import { startApache } from "../scripts/peers/apache.ts";
import { startEndpoint } from "../scripts/peers/endpoint.ts";
import { hasNginxDav, startNginx } from "../scripts/peers/nginx.ts";
import { ensurePackage, ensureProgram } from "../scripts/peers/packages.ts";
import { freePort, type PeerServer, startProcessServer } from "../scripts/peers/process-server.ts";
import { startRclone } from "../scripts/peers/rclone.ts";

/** A server as a process of its own, with an empty collection at `base`. */
export interface BenchServer extends PeerServer {
  readonly name: string;
  readonly isOurs: boolean;
  /** The collection that is worked in; ends with a slash. */
  readonly base: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** Apache mod_dav where it can be had (the baseline then), other peers that can be had, and ours with authorisation on. */
export async function startDavServers(say: (line: string) => void): Promise<readonly BenchServer[]> {
  const apache = ensureProgram("apache2", "apache2");
  const nginx = ensurePackage("libnginx-mod-http-dav-ext", hasNginxDav);
  const rclone = ensureProgram("rclone", "rclone");
  for (const { available, reason } of [apache, nginx, rclone])
    if (!available) say(`A peer is left out: ${reason}`);
  return [
    ...(apache.available ? [await onFolder("Apache mod_dav (no auth, no fsync)", startApache)] : []),
    ...(nginx.available ? [await onFolder("nginx dav-ext (no auth, no fsync)", startNginx)] : []),
    ...(rclone.available ? [await onFolder("rclone serve webdav (no auth, no fsync)", startRclone)] : []),
    await startStock(),
    await startOurs(),
  ];
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

async function startStock(): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), "relite-bench-"));
  const port = await freePort();
  const server = await startProcessServer(`http://127.0.0.1:${port}/`, {
    command: process.execPath,
    args: [join(import.meta.dirname, "stock-server.ts"), folder, String(port)],
  });
  const name = "stock webdav-server (no auth, no fsync)";
  return withFolder({ ...server, name, isOurs: false, base: new URL(server.url), headers: {} }, folder);
}

async function onFolder(name: string, start: (folder: string) => Promise<PeerServer>): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), "relite-bench-"));
  const server = await start(folder);
  return withFolder({ ...server, name, isOurs: false, base: new URL(server.url), headers: {} }, folder);
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

function withFolder(server: BenchServer, folder: string): BenchServer {
  return {
    ...server,
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
