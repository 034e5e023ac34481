import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig as readApiConfig } from "@relite/api/config";
import { startApiServer } from "@relite/api/server";
import { readConfig as readDavConfig } from "@relite/dav/config";
import { startDavServer } from "@relite/dav/server";

/** The page with its API, and the endpoint, in this process, on ports and storage of their own. */
export interface Stack extends AsyncDisposable {
  readonly webUrl: string;
  readonly davUrl: string;
  readonly setupCode: string;
  readonly dataDir: string;
}

export async function startStack(settings: Readonly<Record<string, string>> = {}): Promise<Stack> {
  const dataDir = mkdtempSync(join(tmpdir(), "relite-e2e-"));
  const [port, davPort] = [await freePort(), await freePort()];
  const setupCode = "e2e-setup-code-0123456789";
  const [webUrl, davUrl] = [`http://localhost:${port}`, `http://localhost:${davPort}`];
  const dav = await startDavServer(
    readDavConfig({
      DAV_PORT: String(davPort),
      DAV_DATA_DIR: dataDir,
      DAV_SETUP_CODE: setupCode,
      DAV_CORS_ORIGINS: webUrl,
      ...settings,
    }),
  );
  const api = await startApiServer(
    readApiConfig({
      RELITE_PORT: String(port),
      RELITE_DATA_DIR: dataDir,
      RELITE_SETUP_CODE: setupCode,
      RELITE_LOG_LEVEL: "silent",
      WEBDAV_BACKEND_BASE_URL: davUrl,
      ...settings,
    }),
  );
  return {
    webUrl,
    davUrl,
    setupCode,
    dataDir,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([api.close(), dav.close()]);
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
