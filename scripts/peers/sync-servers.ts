import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "@relite/core/clock";
import {
  audienceOfUrl,
  createTokenSource,
  generateKeyPair,
  issueDelegation,
  type Signer,
  signerFromKeyPair,
} from "@relite/core/ucan";
import { type PeerLogin, startApache } from "./apache.ts";
import { type Endpoint, startEndpoint, startEndpointProcess } from "./endpoint.ts";
import { ensureProgram } from "./packages.ts";
import type { PeerServer } from "./process-server.ts";
import { startRclone } from "./rclone.ts";

export type LaneFolder = "l" | "s";

/** A server that devices sync through, with a way round it to its files. */
export interface SyncServer {
  /** The collection that holds `apps/`. */
  baseUrl(): string;
  /** What a device sends as `Authorization`. */
  authorizationOf(device: Signer): Promise<() => Promise<string>>;
  start(): Promise<void>;
  stop(): Promise<void>;
  names(folder: LaneFolder): Promise<readonly string[]>;
  read(folder: LaneFolder, name: string): Promise<Uint8Array>;
  /** Writes or, by null, removes a file without the devices' doing. */
  write(folder: LaneFolder, name: string, bytes: Uint8Array<ArrayBuffer> | null): Promise<void>;
}

export const syncServers: readonly {
  readonly name: string;
  readonly available: boolean;
  readonly reason: string;
  readonly open: (folder: string) => SyncServer;
}[] = [
  {
    name: "Apache mod_dav",
    ...ensureProgram("apache2", "apache2"),
    open: (folder) => onDisk(folder, startApache),
  },
  {
    name: "rclone serve webdav",
    ...ensureProgram("rclone", "rclone"),
    open: (folder) => onDisk(folder, startRclone),
  },
  { name: "our endpoint", available: true, reason: "", open: endpointForSync },
];

const login: PeerLogin = { username: "sync", password: "pä55 : word%" };

function onDisk(
  folder: string,
  startServer: (folder: string, login: PeerLogin) => Promise<PeerServer>,
): SyncServer {
  let server: PeerServer | null = null;
  const pathOf = (...steps: readonly string[]) => join(folder, "apps/relite/sync/v1", ...steps);
  return {
    baseUrl: () => server?.url ?? "",
    authorizationOf: async () => {
      const basic = Buffer.from(`${login.username}:${login.password}`).toString("base64");
      return async () => `Basic ${basic}`;
    },
    start: async () => {
      server = await startServer(folder, login);
    },
    stop: async () => server?.close(),
    names: async (kind) => readdirSync(pathOf(kind)),
    read: async (kind, name) => readFileSync(pathOf(kind, name)),
    write: async (kind, name, bytes) => {
      if (bytes === null) return rmSync(pathOf(kind, name));
      mkdirSync(pathOf(kind), { recursive: true });
      writeFileSync(pathOf(kind, name), bytes);
    },
  };
}

/** Our endpoint as a process. Its files lie in a database: the way round the devices is another client of the owner. */
export function endpointForSync(folder: string): SyncServer {
  let endpoint: Endpoint | null = null;
  const must = (): Endpoint => {
    if (endpoint === null) throw new Error("The endpoint is not running.");
    return endpoint;
  };
  const baseUrl = () => `${must().url}/dav/`;
  const authorizationOf = async (device: Signer) => {
    const { owner, url } = must();
    const proof = await issueDelegation({
      issuer: owner,
      audienceDid: device.did,
      capabilities: [{ with: "app:relite", can: "app/write" }],
      expiresAtSec: Math.floor(systemClock.nowMs() / 1_000) + 86_400,
    });
    const capabilities = [{ with: "app:relite", can: "app/write" }];
    const tokens = createTokenSource({
      signer: device,
      proof,
      audience: audienceOfUrl(url),
      capabilities,
      clock: systemClock,
    });
    return async () => `Bearer ${await tokens.token()}`;
  };
  const send = async (
    method: string,
    kind: LaneFolder,
    name: string,
    body: Uint8Array<ArrayBuffer> | null,
  ) => {
    const visitor = await signerFromKeyPair(await generateKeyPair({ extractable: false }));
    const authorization = await (await authorizationOf(visitor))();
    const url = `${baseUrl()}apps/relite/sync/v1/${kind}/${name}`;
    const answer = await fetch(url, { method, headers: { authorization, depth: "1" }, body });
    if (!answer.ok) throw new Error(`${method} ${name} was answered ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  };
  return {
    baseUrl,
    authorizationOf,
    start: async () => {
      endpoint =
        endpoint === null
          ? await startEndpoint(folder)
          : { ...(await startEndpointProcess(folder)), owner: endpoint.owner };
    },
    stop: async () => endpoint?.close(),
    names: async (kind) => {
      const listing = Buffer.from(await send("PROPFIND", kind, "", null)).toString();
      return [...listing.matchAll(new RegExp(`/${kind}/([0-9a-f~-]+)<`, "g"))].map(([, name = ""]) => name);
    },
    read: (kind, name) => send("GET", kind, name, null),
    write: async (kind, name, bytes) => {
      await send(bytes === null ? "DELETE" : "PUT", kind, name, bytes);
    },
  };
}
