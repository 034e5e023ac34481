import type { Logger } from "@relite/core/log";
import { pino } from "pino";
import { toSourcePositions } from "./source-positions.ts";

/** Structured lines on the standard output; whatever is named like a secret is cut out. */
export function createProcessLog(level: string): Logger {
  const secrets = ["authorization", "token", "password", "setupCode", "secret"];
  return pino({
    level,
    base: { app: "dav" },
    serializers: { err: (error: Error) => withSourcePositions(pino.stdSerializers.err(error)) },
    redact: { paths: [...secrets, ...secrets.map((name) => `*.${name}`)], censor: "[redacted]" },
  });
}

function withSourcePositions<Shown extends { stack?: string }>(error: Shown): Shown {
  return typeof error.stack === "string" ? { ...error, stack: toSourcePositions(error.stack) } : error;
}
