import { once } from "node:events";
import { createServer, request } from "node:http";

export interface BearerProxy extends AsyncDisposable {
  readonly url: string;
}

/** A loopback proxy that adds a bearer token to every request, for clients that cannot send one; all else passes unchanged. */
export async function startBearerProxy(port: number, token: () => Promise<string>): Promise<BearerProxy> {
  const server = createServer(async (req, res) => {
    const { method = "GET", url = "/" } = req;
    const headers = { ...req.headers, authorization: `Bearer ${await token()}` };
    if (req.destroyed) return;
    const forward = request({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(res);
    });
    forward.on("error", () => res.destroy());
    // A client that leaves in the middle (litmus does, once it has its 100 Continue) must be gone at the other end too.
    req.on("close", () => {
      if (!req.complete) forward.destroy();
    });
    req.pipe(forward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening on a port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
