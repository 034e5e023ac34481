import { createServer, type IncomingMessage, type RequestListener } from "node:http";

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A real HTTP server on a free loopback port that notes what it was asked. */
export async function startWebServer(answer: RequestListener, host = "127.0.0.1") {
  const seen: SeenRequest[] = [];
  const connections = { count: 0 };
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const body = Buffer.concat(pieces).toString();
      const { method = "", url = "", headers } = request;
      seen.push({ method, url, headers, body });
    });
    answer(request, response);
  });
  server.on("connection", () => {
    connections.count++;
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    port,
    url: `http://${host}:${port}`,
    seen,
    connections,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A promise and its settling, for a server to say that something has happened. */
export function signalOnce() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { happened: promise, tell: resolve };
}
