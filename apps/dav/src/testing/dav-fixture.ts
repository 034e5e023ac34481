import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@relite/core/clock";
import {
  audienceOfUrl,
  type Capability,
  generateKeyPair,
  issueInvocation,
  type Signer,
  signerFromKeyPair,
} from "@relite/core/ucan";
import { readConfig } from "../config.ts";
import { type DavParts, openStorage } from "../context.ts";
import { type DavServer, startDavServer } from "../server.ts";

export interface TestServer extends AsyncDisposable {
  readonly server: DavServer;
  readonly folder: string;
  readonly owner: Signer;
  /** A bearer token of the owner; by default for everything below the app `test`. */
  token(capabilities?: readonly Capability[]): Promise<string>;
  /** Sends a request below `/dav/apps/test/` (or to an absolute path) as the owner. */
  request(method: string, path: string, init?: TestRequest): Promise<Response>;
  /** Stops the server and starts another on the same folder. */
  restart(): Promise<void>;
}

export interface TestRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer> | ReadableStream;
}

export interface TestSetup {
  readonly env?: Readonly<Record<string, string>>;
  readonly parts?: DavParts;
}

/** A real endpoint on a free port and a fresh folder, with one enrolled owner. */
export async function startTestServer({ env = {}, parts = {} }: TestSetup = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), "relite-dav-"));
  const config = readConfig({ DAV_PORT: "0", DAV_DATA_DIR: folder, DAV_RATE_LIMIT: "100000", ...env });
  const owner = await newSigner();
  const storage = await openStorage(config, parts);
  await storage.owners.add(owner.did, config.defaultQuotaBytes);
  storage.db.close();
  let server = await startDavServer(config, parts);
  const clock = parts.clock ?? systemClock;
  const token = (capabilities: readonly Capability[] = [{ with: "app:test", can: "app/write" }]) =>
    issueInvocation({
      issuer: owner,
      audience: audienceOfUrl(server.url),
      capabilities,
      nowMs: clock.nowMs(),
    });
  let standing: string | null = null;
  return {
    get server() {
      return server;
    },
    folder,
    owner,
    token,
    async request(method, path, { headers = {}, body } = {}) {
      standing ??= await token();
      const url = server.url + (path.startsWith("/") ? path : `/dav/apps/test/${path}`);
      const authorization = { Authorization: `Bearer ${standing}` };
      const init = { method, headers: { ...authorization, ...headers }, redirect: "manual" as const };
      return fetch(url, body === undefined ? init : ({ ...init, body, duplex: "half" } as RequestInit));
    },
    async restart() {
      await server.close();
      standing = null;
      server = await startDavServer(config, parts);
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function newSigner(): Promise<Signer> {
  return signerFromKeyPair(await generateKeyPair({ extractable: false }));
}
