import { connect, createServer, type Server, type Socket } from "node:net";

/** A loopback address in front of a server that comes, goes and changes. */
export interface Wire extends AsyncDisposable {
  /** The address of the server now behind it, seen through the wire. */
  readonly url: string;
  /** What passed so far, both ways, heads and bodies. */
  bytes(): number;
  /** Lets everything through to the server at `url`. */
  join(url: string): Promise<void>;
  /** After so many PROPFIND more, that one included, nothing passes and nothing listens any more. */
  cutAfter(requests: number): Promise<void>;
}

export async function createWire(): Promise<Wire> {
  const sockets = new Set<Socket>();
  let target: URL | null = null;
  let port = 0;
  let left = Number.POSITIVE_INFINITY;
  let bytes = 0;
  let cut = () => {};
  const server = createServer((client) => {
    const upstream = connect(Number(target?.port), target?.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      socket.on("error", () => undefined);
    }
    upstream.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    client.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      left -= chunk.toString("latin1").split("PROPFIND /").length - 1;
      if (left <= 0) cut();
    });
    client.pipe(upstream).pipe(client);
  });
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    get url() {
      return `http://127.0.0.1:${port}${target?.pathname ?? "/"}`;
    },
    bytes: () => bytes,
    join: async (url) => {
      target = new URL(url);
      if (!server.listening) port = await listen(server, port);
    },
    cutAfter: (requests) =>
      new Promise((resolve) => {
        left = requests;
        cut = () => {
          cut = () => {};
          left = Number.POSITIVE_INFINITY;
          resolve(close());
        };
      }),
    [Symbol.asyncDispose]: close,
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}
