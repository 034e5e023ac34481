import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtemp, rm } from "node:fs/promises";
import { type Agent, type IncomingMessage, request as sendHttp } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Worker } from "node:worker_threads";
import { type Logger, silentLogger } from "@relite/core/log";
import { audienceOfUrl, issueInvocation, type Signer } from "@relite/core/ucan";
import { createFileAudit } from "../audit-file.ts";
import { readConfig } from "../config.ts";
import { openStorage } from "../context.ts";
import { startThreadedServer, type ThreadedParts, type ThreadedServer } from "../threads/start-threads.ts";
import { newSigner } from "./dav-fixture.ts";

export interface ThreadedAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

export interface ThreadedRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Sends on this connection; without one on a new connection, which any thread may get. */
  readonly agent?: Agent;
}

export interface ThreadedTestServer extends AsyncDisposable {
  readonly server: ThreadedServer;
  readonly folder: string;
  readonly owner: Signer;
  readonly headers: Readonly<Record<string, string>>;
  /** What the main thread logged. */
  readonly logged: readonly string[];
  /** Sends below `/dav/apps/test/`, or to an absolute path, as the owner. */
  send(method: string, path: string, request?: ThreadedRequest): Promise<ThreadedAnswer>;
  /** A thread by name (`http-0`), the one that was started last. */
  worker(name: string): Worker;
}

/** The endpoint as a process runs it, with one enrolled owner: this thread writes, and several answer. */
export async function startThreadedTestServer(
  env: Readonly<Record<string, string>> = {},
  parts: Pick<ThreadedParts, "maxReplacements"> = {},
): Promise<ThreadedTestServer> {
  const folder = await mkdtemp(join(tmpdir(), "relite-threads-"));
  const settings = { DAV_PORT: "0", DAV_DATA_DIR: folder, DAV_RATE_LIMIT: "100000", DAV_THREADS: "3" };
  const config = readConfig({ ...settings, ...env });
  const owner = await newSigner();
  const storage = await openStorage(config);
  await storage.owners.add(owner.did, config.defaultQuotaBytes);
  storage.db.close();
  const workers = new Map<string, Worker>();
  const onWorker = (message: unknown) => {
    const { worker } = message as { readonly worker: unknown };
    if (worker instanceof Worker) workers.set(worker.threadName ?? "", worker);
  };
  subscribe("worker_threads", onWorker);
  const logged: string[] = [];
  const note = (_fields: unknown, message: string) => void logged.push(message);
  const log: Logger = { ...silentLogger, info: note, warn: note, error: note };
  const server = await startThreadedServer(config, {
    ...parts,
    log,
    audit: createFileAudit(config.folder, log, config.audit),
  });
  const token = await issueInvocation({
    issuer: owner,
    audience: audienceOfUrl(server.url),
    capabilities: [{ with: "app:test", can: "app/write" }],
    nowMs: Date.now(),
  });
  const authorization = { Authorization: `Bearer ${token}` };
  return {
    server,
    folder,
    owner,
    headers: authorization,
    logged,
    send: (method, path, { headers = {}, body, agent } = {}) =>
      sendOnce(new URL(path.startsWith("/") ? path : `/dav/apps/test/${path}`, server.url), {
        method,
        headers: { ...authorization, ...headers },
        body,
        agent,
      }),
    worker(name) {
      const worker = workers.get(name);
      if (worker === undefined) throw new Error(`no thread ${name}`);
      return worker;
    },
    async [Symbol.asyncDispose]() {
      await server.close().catch(() => {});
      unsubscribe("worker_threads", onWorker);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Sent {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly agent: Agent | undefined;
}

function sendOnce(url: URL, { method, headers, body, agent }: Sent): Promise<ThreadedAnswer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
    const req = sendHttp(
      url,
      { method, headers: { ...headers, ...length }, agent: agent ?? false },
      (res) => {
        text(res).then(
          (received) => resolve({ status: res.statusCode ?? 0, headers: res.headers, text: received }),
          reject,
        );
      },
    );
    req.on("error", reject);
    req.end(body);
  });
}
