import type { LogFields, Logger } from "@relite/core/log";
import type { AuditLog } from "../audit.ts";
import type { FromThread, LogMessage } from "./messages.ts";

type Post = (message: FromThread) => void;

const levels = ["debug", "info", "warn", "error", "silent"] as const;
const auditDelayMs = 20;

/** A logger whose lines are written by the main thread. */
export function createForwardedLog(level: (typeof levels)[number], post: Post, own: LogFields = {}): Logger {
  const say = (at: LogMessage["level"]) => (fields: LogFields, message: string) => {
    if (levels.indexOf(at) < levels.indexOf(level)) return;
    post({ kind: "log", level: at, fields: JSON.stringify({ ...own, ...fields }, plainError), message });
  };
  return {
    debug: say("debug"),
    info: say("info"),
    warn: say("warn"),
    error: say("error"),
    child: (fields) => createForwardedLog(level, post, { ...own, ...fields }),
  };
}

/** Audit lines in order, written by the main thread. They travel together: each message wakes it. */
export function createForwardedAudit(post: Post): AuditLog {
  let lines = "";
  let timer: NodeJS.Timeout | null = null;
  const send = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (lines !== "") post({ kind: "audit", lines });
    lines = "";
  };
  return {
    write(line) {
      lines += `${JSON.stringify(line)}\n`;
      timer ??= setTimeout(send, auditDelayMs);
    },
    close: async () => send(),
  };
}

/** Errors have nothing that JSON would show. */
function plainError(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause } = value;
  const code = "code" in value ? value.code : undefined;
  return { type: name, message, stack, code, cause };
}
