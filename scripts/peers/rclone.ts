import type { PeerLogin } from "./apache.ts";
import { freePort, type PeerServer, startProcessServer } from "./process-server.ts";

/** `rclone serve webdav` on a folder, on a free loopback port, with a directory cache of one second. */
export async function startRclone(folder: string, login?: PeerLogin): Promise<PeerServer> {
  const port = await freePort();
  const env = login ? { RCLONE_USER: login.username, RCLONE_PASS: login.password } : {};
  return startProcessServer(`http://127.0.0.1:${port}/`, {
    command: "rclone",
    args: [
      "serve",
      "webdav",
      folder,
      "--addr",
      `127.0.0.1:${port}`,
      "--dir-cache-time",
      "1s",
      "--config",
      "/dev/null",
    ],
    env,
  });
}
