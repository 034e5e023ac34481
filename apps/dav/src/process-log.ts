import type { Logger } from "@relite/core/log";
import { pino } from "pino";

/** Structured lines on the standard output; whatever is named like a secret is cut out. */
export function createProcessLog(level: string): Logger {
  const secrets = ["authorization", "token", "password", "setupCode", "secret"];
  return pino({
    level,
    base: { app: "dav" },
    redact: { paths: [...secrets, ...secrets.map((name) => `*.${name}`)], censor: "[redacted]" },
  });
}
