import { problemOf } from "@relite/core/api-client";
import { isReliteError } from "@relite/core/errors";

/** What a failed call comes down to for the reader: stable codes, and the server's own sentence where it gave one. */
export interface Failure {
  readonly code: string;
  readonly reason: string | null;
  readonly message: string | null;
}

/** Takes any error apart: one of ours, a refusal of the API, or no answer at all. */
export function toFailure(error: unknown): Failure {
  if (isReliteError(error)) return { code: error.code, reason: error.reason ?? null, message: error.message };
  return problemOf(error);
}

/** The body of a problem+json answer; the status alone where the answer came from something else. */
export function failureOfAnswer(status: number, body: unknown): Failure {
  return {
    code: textAt(body, "code") ?? `http_${status}`,
    reason: textAt(body, "reason"),
    message: textAt(body, "detail"),
  };
}

function textAt(value: unknown, key: string): string | null {
  if (typeof value !== "object" || value === null) return null;
  const found: unknown = Reflect.get(value, key);
  return typeof found === "string" ? found : null;
}
