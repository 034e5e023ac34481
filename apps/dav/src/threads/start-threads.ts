import { once } from "node:events";
import { createServer } from "node:net";
import { MessageChannel } from "node:worker_threads";
import type { Logger } from "@relite/core/log";
import type { AuditFile } from "../audit-file.ts";
import type { DavConfig } from "../config.ts";
import { urlOf } from "../http-server.ts";
import { createLimitMemory, forgetUploads } from "../limits.ts";
import type { DavServer } from "../server.ts";
import { createTurnMemory, createWriteTurns, endTurn, firstTurn, turnOf } from "../storage/write-turns.ts";
import { startWriter } from "./start-writer.ts";
import { startThread, type Thread } from "./thread.ts";

export interface ThreadedServer extends DavServer {
  /** Resolves with the reason when it cannot go on: threads end again and again. */
  readonly lost: Promise<Error>;
}

export interface ThreadedParts {
  readonly log: Logger;
  readonly audit: AuditFile;
  /** Threads that ended and were replaced within an hour before it is given up. */
  readonly maxReplacements?: number;
}

const hourMs = 3_600_000;

/**
 * Starts the endpoint as a process runs it: this thread writes the storage, the log and the audit file, and `DAV_THREADS`
 * others answer requests on one port. One of them that ends is replaced.
 */
export async function startThreadedServer(config: DavConfig, parts: ThreadedParts): Promise<ThreadedServer> {
  const { log, audit, maxReplacements = 10 } = parts;
  const count = canSharePort() ? config.threads : 1;
  const limits = createLimitMemory(count);
  const lost = Promise.withResolvers<Error>();
  let isStopping = false;
  let replacedAtMs: readonly number[] = [];
  const answering: Thread[] = [];

  const turns = createTurnMemory();
  const writer = await startWriter(config, { log, turns: createWriteTurns(turns, firstTurn) });

  async function startAnswering(thread: number, port: number): Promise<Thread> {
    const channel = new MessageChannel();
    writer.serve(channel.port1);
    const data = { config, port, reusePort: count > 1, thread, limits, turns, writer: channel.port2 };
    const setup = { name: `http-${thread}`, data, transfer: [channel.port2] };
    const onLost = (err: Error) => void replace(thread, err);
    const started = await startThread(setup, { log, audit, onLost });
    answering[thread] = started;
    return started;
  }

  async function replace(thread: number, err: Error): Promise<void> {
    log.error({ err, thread }, "a thread ended; what it was answering is lost, another takes its place");
    forgetUploads(limits, thread);
    endTurn(turns, turnOf(thread));
    if (isStopping) return;
    const nowMs = performance.now();
    replacedAtMs = [...replacedAtMs.filter((atMs) => nowMs - atMs < hourMs), nowMs];
    if (replacedAtMs.length > maxReplacements) return lost.resolve(err);
    await startAnswering(thread, port).catch(lost.resolve);
    if (isStopping) await answering[thread]?.stop();
  }

  async function close(): Promise<void> {
    isStopping = true;
    const ended = await Promise.allSettled(answering.map((thread) => thread.stop()));
    // Only now: what they were answering had to be written.
    ended.push(...(await Promise.allSettled([writer.stop()])));
    await audit.close();
    for (const end of ended) if (end.status === "rejected") throw end.reason;
  }

  let port = config.port;
  try {
    if (count > 1 && port !== 0) await refuseTakenPort(config);
    ({ port } = await startAnswering(0, port));
    const others = Array.from({ length: count - 1 }, (_, index) => startAnswering(index + 1, port));
    for (const started of await Promise.allSettled(others))
      if (started.status === "rejected") throw started.reason;
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
  return { port, url: urlOf(config.host, port), lost: lost.promise, close };
}

/** Whether several listeners may share a port, and the system shares connections out among them. */
function canSharePort(): boolean {
  return process.platform === "linux";
}

/** Another process that shares its port as we do would get half of our connections: the port has to be free. */
async function refuseTakenPort({ host, port }: DavConfig): Promise<void> {
  const probe = createServer().listen({ host, port });
  await once(probe, "listening");
  probe.close();
  await once(probe, "close");
}
