const secretName =
  /authori[sz]ation|passw|secret|token|api-?_?key|cookie|credential|setup-?_?code|invitation-?_?code|^code$|proof|sealed|plaintext|databaseurl/i;
/** Names that look secret and are not. */
const harmless: ReadonlySet<unknown> = new Set(["promptTokens", "completionTokens", "tokenId", "maxTokens"]);
const deepest = 6;

/**
 * The value as it may be logged: fields with secret names are masked, and in every text bearer tokens, JWTs,
 * provider keys and the userinfo of addresses. Errors become their name, message, code, stack and cause.
 */
export function redact<Value>(value: Value): Value;
export function redact(value: unknown): unknown {
  return clean(value, 0);
}

function clean(value: unknown, depth: number): unknown {
  if (typeof value === "string") return cleanText(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= deepest) return "[deep]";
  if (value instanceof Error) return cleanError(value, depth);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, 50).map((one) => clean(one, depth + 1));
  const entries = Object.entries(value).map(([name, one]) => [cleanText(name), cleanField(name, one, depth)]);
  return Object.fromEntries(entries);
}

function cleanField(name: string, value: unknown, depth: number): unknown {
  const isMasked = secretName.test(name) && !harmless.has(name) && typeof value !== "boolean";
  // An error's own `code` is a word such as ECONNREFUSED; a typed-in code is not.
  const isErrorCode =
    name === "code" && typeof value === "string" && /^[A-Za-z]+(_[A-Za-z0-9]+)*$/.test(value);
  return isMasked && !isErrorCode && value !== null && value !== undefined
    ? "[redacted]"
    : clean(value, depth + 1);
}

function cleanError(error: Error, depth: number): Readonly<Record<string, unknown>> {
  const code = "code" in error ? { code: clean(error.code, depth + 1) } : {};
  const reason = "reason" in error ? { reason: clean(error.reason, depth + 1) } : {};
  const cause = error.cause === undefined ? {} : { cause: clean(error.cause, depth + 1) };
  return {
    name: error.name,
    message: cleanText(error.message),
    ...code,
    ...reason,
    stack: cleanText(error.stack ?? ""),
    ...cause,
  };
}

function cleanText(text: string): string {
  return text
    .slice(0, 4_000)
    .replaceAll(/\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?/g, "[token]")
    .replaceAll(/\b(bearer|basic)\s+[\w.~+/=-]+/gi, "$1 [redacted]")
    .replaceAll(/\b(sk|pk|key)-[\w-]{8,}/gi, "[key]")
    .replaceAll(/:\/\/[^/\s@]*@/g, "://[redacted]@");
}
