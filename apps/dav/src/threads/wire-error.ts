import { type ErrorCode, isReliteError, ReliteError } from "@relite/core/errors";

/** An error as it crosses threads: what the edge shows, and what the log needs. */
export interface WireError {
  readonly relite: {
    readonly code: ErrorCode;
    readonly reason: string | undefined;
    readonly details: ReliteError["details"];
  } | null;
  readonly message: string;
  readonly stack: string | undefined;
  /** What a system error says besides: code, path, port. */
  readonly facts: Readonly<Record<string, string | number>>;
  readonly cause: WireError | null;
}

const factNames = ["code", "path", "port", "syscall"];

export function errorToWire(error: unknown, depth = 0): WireError {
  const { message, stack, cause } = error instanceof Error ? error : new Error(String(error));
  return {
    relite: isReliteError(error) ? { code: error.code, reason: error.reason, details: error.details } : null,
    message,
    stack,
    facts: isReliteError(error) ? {} : factsOf(error),
    cause: cause === undefined || depth > 3 ? null : errorToWire(cause, depth + 1),
  };
}

export function wireToError({ relite, message, stack, facts, cause }: WireError): Error {
  const options = cause === null ? {} : { cause: wireToError(cause) };
  if (relite !== null) {
    const { code, reason, details } = relite;
    return new ReliteError(code, message, {
      ...options,
      details,
      ...(reason === undefined ? {} : { reason }),
    });
  }
  return Object.assign(new Error(message, options), facts, stack === undefined ? {} : { stack });
}

function factsOf(error: unknown): WireError["facts"] {
  if (typeof error !== "object" || error === null) return {};
  const known = Object.entries(error).filter(
    ([name, value]) => factNames.includes(name) && (typeof value === "string" || typeof value === "number"),
  );
  return Object.fromEntries(known);
}
