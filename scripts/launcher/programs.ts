import { boundedMemory } from "./bounded-memory.ts";
import type { ServerProgram } from "./endpoint-program.ts";
import type { StartOptions } from "./options.ts";
import type { Program } from "./supervise.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** What the two processes are told; they share nothing else. What the environment already says wins. */
export function programsFor(
  options: StartOptions,
  { setupCode, env, endpoint }: { setupCode: string; env: Env; endpoint: ServerProgram },
): readonly Program[] {
  const { port, davPort, host, davHost, dataDir, webUrl: web } = options;
  return [
    {
      name: "api",
      ...boundedMemory,
      script: "apps/api/src/main.ts",
      readyUrl: `http://${loopbackFor(host)}:${port}/readyz`,
      env: {
        ...boundedMemory.env,
        RELITE_PORT: String(port),
        RELITE_HOST: host,
        RELITE_DATA_DIR: dataDir,
        RELITE_PUBLIC_URL: web,
        RELITE_SETUP_CODE: setupCode,
        WEBDAV_BACKEND_PREFIX: env.WEBDAV_BACKEND_PREFIX ?? env.DAV_PREFIX ?? "/dav",
        WEBDAV_BACKEND_BASE_URL: env.WEBDAV_BACKEND_BASE_URL ?? `http://localhost:${davPort}`,
      },
    },
    {
      name: "dav",
      ...endpoint,
      readyUrl: `http://${loopbackFor(davHost)}:${davPort}/readyz`,
      env: {
        ...endpoint.env,
        DAV_PORT: String(davPort),
        DAV_HOST: davHost,
        DAV_DATA_DIR: dataDir,
        DAV_SETUP_CODE: setupCode,
        DAV_CORS_ORIGINS: env.DAV_CORS_ORIGINS ?? corsOrigins(web, port),
      },
    },
  ];
}

export function loopbackFor(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}

function corsOrigins(web: string, port: number): string {
  return [...new Set([new URL(web).origin, `http://localhost:${port}`, `http://127.0.0.1:${port}`])].join(
    ",",
  );
}
