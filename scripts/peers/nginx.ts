import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, type PeerServer, startProcessServer } from "./process-server.ts";

const davModule = "/usr/lib/nginx/modules/ngx_http_dav_ext_module.so";

export function hasNginxDav(): boolean {
  return existsSync(davModule);
}

/** nginx with its WebDAV module and dav-ext serving `folder` at `/` on a free loopback port. */
export async function startNginx(folder: string): Promise<PeerServer> {
  const port = await freePort();
  const home = mkdtempSync(join(tmpdir(), "relite-nginx-"));
  for (const path of [home, folder]) chmodSync(path, 0o777);
  const config = join(home, "nginx.conf");
  writeFileSync(config, configText(port, home, folder));
  const server = await startProcessServer(`http://127.0.0.1:${port}/`, {
    command: "/usr/sbin/nginx",
    args: ["-c", config, "-e", join(home, "error.log")],
  });
  return {
    url: server.url,
    close: async () => {
      await server.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function configText(port: number, home: string, folder: string): string {
  return `load_module ${davModule};
daemon off;
worker_processes auto;
pid ${home}/pid;
${process.getuid?.() === 0 ? "user root;" : ""}
events { worker_connections 512; }
http {
  access_log off;
  keepalive_requests 10000000;
  sendfile on;
  client_max_body_size 0;
  client_body_temp_path ${home}/body;
  server {
    listen 127.0.0.1:${port};
    root ${folder};
    dav_methods PUT DELETE MKCOL COPY MOVE;
    dav_ext_methods PROPFIND OPTIONS;
  }
}
`;
}
