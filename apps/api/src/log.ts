import type { LogFields, Logger } from "@relite/core/log";
import { type DestinationStream, pino } from "pino";
import { redact } from "./redact.ts";

/** Structured lines on standard output (or `destination`); everything passes `redact` first. */
export function createLogger(
  level: "debug" | "info" | "warn" | "error" | "silent",
  destination?: DestinationStream,
): Logger {
  const options = {
    level,
    base: { app: "api" },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return wrap(destination === undefined ? pino(options) : pino(options, destination));
}

function wrap(inner: pino.Logger): Logger {
  const line = (level: "debug" | "info" | "warn" | "error") => (fields: LogFields, message: string) =>
    inner[level](redact(fields), redact(message));
  return {
    debug: line("debug"),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
    child: (fields) => wrap(inner.child(redact(fields))),
  };
}
