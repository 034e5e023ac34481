import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { systemClock } from "@relite/core/clock";
import { realDisk } from "./blobs/disk.ts";
import type { DavConfig } from "./config.ts";
import { createContext, type DavParts, openStorage } from "./context.ts";
import { startCollecting } from "./garbage.ts";
import { createHandler } from "./handler.ts";
import { lockFolder } from "./storage/folder-lock.ts";
import { beginTimeline } from "./storage/timelines.ts";

export interface DavServer {
  readonly url: string;
  readonly port: number;
  /** Takes no new requests, finishes what runs (for 20 seconds at most), then closes the storage. */
  close(): Promise<void>;
}

const maxHeaderBytes = 24 * 1024;
const idleMs = 120_000;
const graceMs = 20_000;

/** Starts the endpoint; resolves when it accepts connections, rejects when the port or the folder cannot be had. */
export async function startDavServer(config: DavConfig, parts: DavParts = {}): Promise<DavServer> {
  const { storage, release } = await takeStorage(config, parts);
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: 20_000,
    // A large upload over a slow line may take hours; what stands still is ended by the idle limit below.
    requestTimeout: 0,
    keepAliveTimeout: 15_000,
    noDelay: true,
  });
  server.setTimeout(idleMs);
  try {
    server.listen({ port: config.port, host: config.host });
    await once(server, "listening");
  } catch (error) {
    release();
    throw error;
  }
  const { port } = addressOf(server);
  const context = createContext(config, storage, port, parts);
  const handler = createHandler(context);
  const collecting = startCollecting(context);
  const running = new Set<Promise<void>>();
  const handle = (req: IncomingMessage, res: ServerResponse) => {
    const done = handler(req, res).finally(() => running.delete(done));
    running.add(done);
  };
  server.on("request", handle);
  server.on("checkContinue", handle);
  server.on("clientError", answerBrokenRequest);
  server.on("connect", (_req, socket: Duplex) =>
    socket.end("HTTP/1.1 501 Not Implemented\r\nConnection: close\r\n\r\n"),
  );
  const shownHost = config.host.includes(":") ? `[${config.host}]` : config.host;
  return {
    port,
    url: `http://${shownHost}:${port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const finished = new AbortController();
      const grace = context.clock.sleep(graceMs, finished.signal).catch(() => {});
      await Promise.race([Promise.all(running), grace]);
      finished.abort();
      server.closeAllConnections();
      await Promise.all(running);
      await closed;
      await collecting.stop();
      release();
      await context.audit.close();
    },
  };
}

/** The folder for this process alone, with what an interrupted upload left behind cleared away. */
async function takeStorage(config: DavConfig, parts: DavParts) {
  const { disk = realDisk } = parts;
  await disk.makeFolder(config.folder);
  const lock = lockFolder(config.folder);
  try {
    const storage = await openStorage(config, parts);
    const release = () => {
      storage.db.close();
      lock.release();
    };
    try {
      if (beginTimeline(storage.db, (parts.clock ?? systemClock).nowMs())) {
        parts.log?.info({}, "a backup comes into use: clients that synchronise list everything anew");
      }
      await storage.blobs.clean();
      // The database's own entry in the folder must last as what is in it.
      await disk.flushFolder(config.folder);
    } catch (error) {
      storage.db.close();
      throw error;
    }
    return { storage, release };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening on a port");
  return address;
}

/** What never became a request: a broken line, headers without end. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Duplex): void {
  if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
  const status =
    error.code === "HPE_HEADER_OVERFLOW" ? "431 Request Header Fields Too Large" : "400 Bad Request";
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
