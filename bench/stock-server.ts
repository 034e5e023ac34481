import { v2 as webdav } from "webdav-server";

/** The chassis as its package ships it, without authorisation: `node stock-server.ts FOLDER PORT`. */
const [folder = ".", port = "0"] = process.argv.slice(2);
const server = new webdav.WebDAVServer({ hostname: "127.0.0.1", port: Number(port) });
await server.setFileSystemAsync("/", new webdav.PhysicalFileSystem(folder), true);
await server.startAsync(Number(port));
