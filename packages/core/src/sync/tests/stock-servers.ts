import { createServer, type RequestListener } from "node:http";
import FileSystemAdapter from "@nephele/adapter-file-system";
import InsecureAuthenticator from "@nephele/authenticator-none";
import createNephele from "nephele";
import { v2 as stock } from "webdav-server";

export interface StockServer extends AsyncDisposable {
  readonly url: string;
}

/** WebDAV servers that are not ours, on a folder. */
export const stockServers: readonly {
  readonly name: string;
  readonly start: (folder: string) => Promise<StockServer>;
}[] = [
  {
    name: "stock webdav-server",
    start: (folder) => {
      const server = new stock.WebDAVServer({ rootFileSystem: new stock.PhysicalFileSystem(folder) });
      return listen((request, response) => server.executeRequest(request, response));
    },
  },
  {
    name: "Nephele",
    start: (folder) => {
      const adapter = new FileSystemAdapter({ root: folder });
      return listen(createNephele({ adapter, authenticator: new InsecureAuthenticator() }));
    },
  },
];

async function listen(listener: RequestListener): Promise<StockServer> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return {
    url: `http://127.0.0.1:${address.port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
