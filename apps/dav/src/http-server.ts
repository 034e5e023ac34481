import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Clock } from "@relite/core/clock";
import type { Handler } from "./handler.ts";

export interface HttpServer {
  readonly port: number;
  /** From now on requests are answered. */
  serve(handler: Handler): void;
  /** Takes no new requests and finishes what runs, for 20 seconds at most. */
  stop(clock: Clock): Promise<void>;
}

export interface HttpAddress {
  readonly host: string;
  readonly port: number;
  /** Several threads listen on one port, and the system shares connections out among them. */
  readonly reusePort: boolean;
}

const maxHeaderBytes = 24 * 1024;
const idleMs = 120_000;
const graceMs = 20_000;

/** Takes the address; rejects when it cannot be had. */
export async function openHttpServer(address: HttpAddress): Promise<HttpServer> {
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: 20_000,
    // A large upload over a slow line may take hours; what stands still is ended by the idle limit below.
    requestTimeout: 0,
    keepAliveTimeout: 15_000,
    noDelay: true,
  });
  server.setTimeout(idleMs);
  server.listen({ ...address });
  await once(server, "listening");
  const running = new Set<Promise<void>>();
  return {
    port: addressOf(server).port,
    serve(handler) {
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
    },
    async stop(clock) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const finished = new AbortController();
      const grace = clock.sleep(graceMs, finished.signal).catch(() => {});
      await Promise.race([Promise.all(running), grace]);
      finished.abort();
      server.closeAllConnections();
      await Promise.all(running);
      await closed;
    },
  };
}

export function urlOf(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
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
