import { setFlagsFromString } from "node:v8";
import { isReliteError } from "@relite/core/errors";
import { makeFolder } from "@relite/core/node";
import { keepSetupCode } from "./accounts/setup-code.ts";
import { createFileAudit } from "./audit-file.ts";
import { type DavConfig, readConfig } from "./config.ts";
import { openStorage } from "./context.ts";

import { createProcessLog } from "./process-log.ts";
import { errorCode } from "./storage/storage-errors.ts";
import { startThreadedServer } from "./threads/start-threads.ts";

try {
  await main();
} catch (error) {
  process.stderr.write(`relite-dav: ${whyNotStarted(error)}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  // Left on, V8 soon makes what each request is made of in the old space at once, where it stays until a full collection:
  // heaps of 130 MB in place of 30, and threads that do nothing but collect. Holds for threads that start from now on.
  setFlagsFromString("--no-allocation-site-pretenuring");
  const hasLauncher = process.connected;
  const { config, notice } = await withSetupCode(readConfig(process.env));
  const log = createProcessLog(config.logLevel);
  const server = await startThreadedServer(config, {
    log,
    audit: createFileAudit(config.folder, log, config.audit),
  });
  if (notice !== null) process.stdout.write(`${notice}\n`);
  // A net below the net: no request may end the process. What it did not finish is not in the storage.
  process.on("uncaughtException", (err) => log.error({ err }, "unexpected error"));
  log.info({ url: server.url, folder: config.folder }, "endpoint ready");
  const stop = () => {
    log.info({}, "stopping: what runs is finished first");
    server.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  server.lost.then((err) => {
    log.error({ err }, "cannot go on: stopping");
    server.close().finally(() => process.exit(1));
  });
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  // A launcher that was killed leaves no server behind.
  if (hasLauncher) process.once("disconnect", stop);
  // It answers before all threads do: the launcher may have come and gone meanwhile.
  if (hasLauncher && !process.connected) stop();
}

/** Started alone, without a code and without an owner: makes a code, to be shown once it can be used. */
async function withSetupCode(config: DavConfig): Promise<{ config: DavConfig; notice: string | null }> {
  await makeFolder(config.folder);
  if (config.setupCode !== null) return { config, notice: null };
  const storage = await openStorage(config);
  const isClaimed = storage.owners.isClaimed();
  storage.db.close();
  if (isClaimed) return { config, notice: null };
  const { code, file } = await keepSetupCode(config.folder);
  const notice = `No owner yet. One-time setup code (also in ${file}): ${code}`;
  return { config: { ...config, setupCode: code }, notice };
}

function whyNotStarted(error: unknown): string {
  if (isReliteError(error)) return error.message;
  const code = errorCode(error);
  const { port, path } = factsOf(error);
  if (code === "EADDRINUSE") return `port ${port} is in use; set DAV_PORT to another one`;
  if (code === "EACCES" && port !== undefined)
    return `port ${port} may not be used; set DAV_PORT to another one`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return "DAV_HOST is no address of this machine";
  if (path !== undefined)
    return `cannot write to ${path} (${code}); set DAV_DATA_DIR to a folder that may be written`;
  if (code.startsWith("SQLITE")) return `cannot open the database (${code}); check DAV_DATA_DIR`;
  return `cannot start (${code || "unexpected error"})`;
}

function factsOf(error: unknown): { readonly port?: unknown; readonly path?: unknown } {
  return typeof error === "object" && error !== null ? error : {};
}
