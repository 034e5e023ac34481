import { join } from "node:path";
import type { Logger } from "@relite/core/log";
import { pino } from "pino";
import type { AuditLog } from "./audit.ts";

/** Structured lines on the standard output; whatever is named like a secret is cut out. */
export function createProcessLog(level: string): Logger {
  const secrets = ["authorization", "token", "password", "setupCode", "secret"];
  return pino({
    level,
    base: { app: "dav" },
    redact: { paths: [...secrets, ...secrets.map((name) => `*.${name}`)], censor: "[redacted]" },
  });
}

/** Audit lines in `<folder>/audit.log`, one JSON object each. */
export function createFileAudit(folder: string, log: Logger): AuditLog {
  const destination = pino.destination({ dest: join(folder, "audit.log"), mode: 0o600, sync: false });
  // A full disk: what waits is written with the next line that fits.
  destination.on("error", (err: Error) => log.error({ err }, "audit lines wait"));
  return {
    write: (line) => destination.write(`${JSON.stringify(line)}\n`),
    close: () =>
      new Promise((resolve) => {
        destination.once("close", resolve);
        destination.end();
      }),
  };
}
