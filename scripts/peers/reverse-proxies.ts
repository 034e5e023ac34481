import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../launcher/root.ts";
import { freePort, type PeerCommand, type PeerServer, startProcessServer } from "./process-server.ts";

export type ReverseProxy = "nginx" | "apache";

/** A reverse proxy on a free loopback port, set up as docs/operating.md says, without TLS. */
export async function startReverseProxy(kind: ReverseProxy, endpointPort: number): Promise<PeerServer> {
  const port = await freePort();
  const home = mkdtempSync(join(tmpdir(), "relite-proxy-"));
  const told = configFromDocs(kind).replaceAll("127.0.0.1:3021", `127.0.0.1:${endpointPort}`);
  const config = join(home, "proxy.conf");
  writeFileSync(config, kind === "nginx" ? forNginx(told, port, home) : forApache(told, port, home));
  const server = await startProcessServer(`http://127.0.0.1:${port}/healthz`, commandOf(kind, config, home));
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      await server.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function configFromDocs(kind: ReverseProxy): string {
  const docs = readFileSync(join(root, "docs/operating.md"), "utf8");
  const block = new RegExp(`\`\`\`${kind}\\n(.*?)\`\`\``, "s").exec(docs)?.[1];
  if (block === undefined) throw new Error(`docs/operating.md has no configuration for ${kind}`);
  return block;
}

function commandOf(kind: ReverseProxy, config: string, home: string): PeerCommand {
  if (kind === "nginx")
    return { command: "/usr/sbin/nginx", args: ["-c", config, "-e", join(home, "error.log")] };
  return { command: "/usr/sbin/apache2", args: ["-f", config, "-DFOREGROUND"] };
}

const isRoot = process.getuid?.() === 0;

function forNginx(told: string, port: number, home: string): string {
  return `daemon off;
pid ${home}/pid;
${isRoot ? "user root;" : ""}
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path ${home}/body;
  proxy_temp_path ${home}/proxy;
  ${told.replace("listen 443 ssl", `listen 127.0.0.1:${port}`)}
}
`;
}

function forApache(told: string, port: number, home: string): string {
  const modules = ["mpm_event", "authz_core", "headers", "proxy", "proxy_http"];
  return `ServerRoot ${home}
ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${home}/pid
ErrorLog ${home}/error.log
${isRoot ? "User www-data\nGroup www-data" : ""}
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n")}
KeepAlive On
MaxKeepAliveRequests 0
${told.replace("*:443", `127.0.0.1:${port}`)}
`;
}
