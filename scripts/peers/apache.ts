import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, type PeerServer, startProcessServer } from "./process-server.ts";

export interface PeerLogin {
  readonly username: string;
  readonly password: string;
}

/** Apache mod_dav serving `folder` at `/dav/` on a free loopback port, by Basic authentication when a login is given. */
export async function startApache(folder: string, login?: PeerLogin): Promise<PeerServer> {
  const port = await freePort();
  const home = mkdtempSync(join(tmpdir(), "relite-apache-"));
  chmodSync(home, 0o777);
  if (login) writeFileSync(join(home, "users"), `${login.username}:${passwordHash(login.password)}\n`);
  const config = join(home, "apache.conf");
  writeFileSync(config, configText(port, home, folder, login !== undefined));
  if (process.getuid?.() === 0) execFileSync("chown", ["-R", "www-data", folder, home]);
  const server = await startProcessServer(`http://127.0.0.1:${port}/dav/`, {
    command: "/usr/sbin/apache2",
    args: ["-f", config, "-DFOREGROUND"],
  });
  return {
    url: server.url,
    close: async () => {
      await server.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The one form of an AuthUserFile that needs no program to make. */
function passwordHash(password: string): string {
  return `{SHA}${createHash("sha1").update(password).digest("base64")}`;
}

function configText(port: number, home: string, folder: string, withLogin: boolean): string {
  const modules = [
    "mpm_event",
    "authn_core",
    "authn_file",
    "authz_core",
    "authz_user",
    "auth_basic",
    "alias",
    "dav",
    "dav_fs",
    "dir",
    "mime",
  ];
  const access = withLogin
    ? `AuthType Basic\n  AuthName dav\n  AuthUserFile ${home}/users\n  Require valid-user`
    : "Require all granted";
  return `ServerRoot ${home}
ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${home}/pid
ErrorLog ${home}/error.log
${process.getuid?.() === 0 ? "User www-data\nGroup www-data" : ""}
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n")}
TypesConfig /etc/mime.types
DavLockDB ${home}/locks
DocumentRoot ${home}
KeepAlive On
MaxKeepAliveRequests 0
Alias /dav ${folder}
<Directory ${folder}>
  Dav On
  ${access}
</Directory>
`;
}
