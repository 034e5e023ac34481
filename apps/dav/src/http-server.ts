import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "@relite/core/clock";
import { createConnectionTurns } from "./connection-turns.ts";
import type { Handler } from "./handler.ts";
import { type Pace, startPace } from "./pace.ts";

export interface HttpServer {
  readonly port: number;
  /** From now on requests are answered. */
  serve(handler: Handler, clock: Clock): void;
  /** Takes no new requests and finishes what runs, for 20 seconds at most. */
  stop(clock: Clock): Promise<void>;
}

export interface HttpAddress {
  readonly host: string;
  readonly port: number;
  /** Several threads listen on one port, and the system shares connections out among them. */
  readonly reusePort: boolean;
  /** What comes beyond that is closed at once. */
  readonly maxConnections: number;
}

/** How long a client may take; milliseconds. */
export interface HttpTimes {
  /** From the connection, or the end of the request before, to the end of the headers. */
  readonly headersMs: number;
  /** A connection kept for another request. */
  readonly keepAliveMs: number;
  /** Without a byte either way. */
  readonly idleMs: number;
}

const defaultTimes: HttpTimes = { headersMs: 20_000, keepAliveMs: 15_000, idleMs: 120_000 };
const maxHeaderBytes = 24 * 1024;
const graceMs = 20_000;

/** Takes the address; rejects when it cannot be had. */
export async function openHttpServer(
  { maxConnections, ...address }: HttpAddress,
  times: HttpTimes = defaultTimes,
): Promise<HttpServer> {
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: times.headersMs,
    connectionsCheckingInterval: Math.min(5_000, times.headersMs),
    // A large upload over a slow line may take hours; what hardly moves is ended by its pace, what stands still as idle.
    requestTimeout: 0,
    keepAliveTimeout: times.keepAliveMs,
    noDelay: true,
    // A request without a body, nearly every one, then costs no stream that nobody reads.
    optimizeEmptyRequests: true,
  });
  // The parser would leave out what is beyond its own limit, be it a condition: the size above limits them all.
  server.maxHeadersCount = 0;
  server.maxConnections = maxConnections;
  // A client that says nothing more (`nc -N`, HTTP/1.0) still gets the answers to what it has asked.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.setTimeout(times.idleMs);
  server.listen(address);
  await once(server, "listening");
  const running = createTally();
  let pace: Pace | null = null;
  return {
    port: addressOf(server).port,
    serve(handler, clock) {
      const watching = startPace(clock);
      pace = watching;
      const turns = createConnectionTurns();
      const answer = (req: IncomingMessage, res: ServerResponse) => {
        watching.watch(req, res);
        const answered = handler(req, res);
        if (!(answered instanceof Promise)) return;
        running.begin();
        answered.finally(running.end);
      };
      // Looked at while it is there, it is known for the audit line of a connection that broke.
      server.on("connection", (socket) => void socket.remoteAddress);
      const handle = (req: IncomingMessage, res: ServerResponse) => turns.take(req, res, answer);
      server.on("request", handle);
      server.on("checkContinue", handle);
      server.on("clientError", (error, socket) =>
        turns.afterAnswers(socket, () => answerBrokenRequest(error, socket)),
      );
      server.on("connect", (_req, socket: Duplex) =>
        socket.end("HTTP/1.1 501 Not Implemented\r\nConnection: close\r\n\r\n"),
      );
    },
    async stop(clock) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const finished = new AbortController();
      const grace = clock.sleep(graceMs, finished.signal).catch(() => {});
      await Promise.race([running.none(), grace]);
      finished.abort();
      pace?.stop();
      // What was answered in this turn leaves at its end.
      await nextTurn();
      server.closeAllConnections();
      await running.none();
      await closed;
    },
  };
}

/** Counts what runs. A set of promises, changed by every request, would make garbage that outlives it. */
function createTally() {
  let count = 0;
  let idle = Promise.withResolvers<void>();
  return {
    begin() {
      count += 1;
    },
    end() {
      count -= 1;
      if (count > 0) return;
      idle.resolve();
      idle = Promise.withResolvers();
    },
    none: () => (count === 0 ? Promise.resolve() : idle.promise),
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
