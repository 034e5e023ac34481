import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { v2 as webdav } from "webdav-server";

/** Somebody else's WebDAV server (stock webdav-server, Basic authentication) that holds a folder of files. */
export interface BookServer extends AsyncDisposable {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  put(path: string, body: string | Uint8Array): void;
  remove(path: string): void;
}

export async function startBookServer(): Promise<BookServer> {
  const folder = mkdtempSync(join(tmpdir(), "relite-books-"));
  const [username, password] = ["reader", "planted-book-password"];
  const users = new webdav.SimpleUserManager();
  const reader = users.addUser(username, password, false);
  const privileges = new webdav.SimplePathPrivilegeManager();
  privileges.setRights(reader, "/", ["all"]);
  const server = new webdav.WebDAVServer({
    hostname: "127.0.0.1",
    port: 0,
    httpAuthentication: new webdav.HTTPBasicAuthentication(users, "books"),
    privilegeManager: privileges,
  });
  await server.setFileSystemAsync("/", new webdav.PhysicalFileSystem(folder), true);
  const http = await server.startAsync(0);
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    username,
    password,
    put: (path, body) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), body);
    },
    remove: (path) => rmSync(join(folder, path), { recursive: true }),
    [Symbol.asyncDispose]: async () => {
      http.closeAllConnections();
      await server.stopAsync();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
