import { type ErrorCode, statusByCode } from "./codes.ts";

export interface ErrorFacts {
  /** A stable, finer code below `code`, e.g. `wrong_audience`; safe to show. */
  readonly reason?: string;
  /** Small public facts for the reader of the error; never a secret, a token or a server path. */
  readonly details?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** What went wrong underneath; logged after redaction, never sent. */
  readonly cause?: unknown;
}

/** The one error type that may cross a module's border: a stable code, a message safe to show, an HTTP face. */
export class ReliteError extends Error {
  override readonly name = "ReliteError";
  readonly code: ErrorCode;
  readonly reason: string | undefined;
  readonly details: NonNullable<ErrorFacts["details"]>;

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.reason = facts.reason;
    this.details = facts.details ?? {};
  }

  get status(): number {
    return statusByCode[this.code];
  }
}

export function isReliteError(value: unknown): value is ReliteError {
  return value instanceof ReliteError;
}
