import { createServer, type RequestListener } from "node:http";
import FileSystemAdapter from "@nephele/adapter-file-system";
import InsecureAuthenticator from "@nephele/authenticator-none";
import createNephele from "nephele";
import { v2 as stock } from "webdav-server";
import { describeLibraryPeer, type LibraryPeer } from "../../testing/contracts/index.ts";

async function listen(listener: RequestListener, path: string): Promise<LibraryPeer> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return {
    url: `http://127.0.0.1:${address.port}${path}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describeLibraryPeer({
  name: "Nephele",
  start: async (folder) => {
    const adapter = new FileSystemAdapter({ root: folder });
    return listen(createNephele({ adapter, authenticator: new InsecureAuthenticator() }), "/");
  },
});

describeLibraryPeer({
  name: "stock webdav-server",
  start: async (folder) => {
    const users = new stock.SimpleUserManager();
    const reader = users.addUser("reader", "pä55 word");
    const privileges = new stock.SimplePathPrivilegeManager();
    privileges.setRights(reader, "/", ["all"]);
    const server = new stock.WebDAVServer({
      requireAuthentification: true,
      httpAuthentication: new stock.HTTPBasicAuthentication(users, "books"),
      privilegeManager: privileges,
      rootFileSystem: new stock.PhysicalFileSystem(folder),
    });
    const peer = await listen((request, response) => server.executeRequest(request, response), "/");
    return { ...peer, login: { username: "reader", password: "pä55 word" } };
  },
});
