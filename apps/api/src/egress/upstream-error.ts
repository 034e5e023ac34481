import { isReliteError, ReliteError } from "@relite/core/errors";

/** What a failed outgoing request is called; an abort stays the signal's reason. */
export function toUpstreamError(error: unknown, signal: AbortSignal | null | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  const known = findReliteError(error);
  if (known !== null) return known;
  const code = codeOf(error);
  if (timeouts.has(code))
    return new ReliteError("upstream_timeout", "The server did not answer in time.", {
      reason: "timeout",
      cause: error,
    });
  const reason = reasonByCode[code] ?? (isTlsCode(code) ? "tls_failed" : "connection_failed");
  return new ReliteError("upstream_failed", messageByReason[reason] ?? "The connection failed.", {
    reason,
    cause: error,
  });
}

/** A refusal of our own travels through undici as the cause, or as one of several when addresses were tried in turn. */
function findReliteError(error: unknown, depth = 0): ReliteError | null {
  if (isReliteError(error)) return error;
  if (depth > 4 || !(error instanceof Error)) return null;
  const inner: unknown[] = error instanceof AggregateError ? error.errors : [error.cause];
  return inner.map((one) => findReliteError(one, depth + 1)).find((one) => one !== null) ?? null;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const own = "code" in error && typeof error.code === "string" ? error.code : "";
  if (own !== "" || error.cause === undefined) return own;
  return codeOf(error.cause);
}

const timeouts: ReadonlySet<string> = new Set([
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "ETIMEDOUT",
]);

const reasonByCode: Readonly<Record<string, string>> = {
  ENOTFOUND: "dns_failed",
  EAI_AGAIN: "dns_failed",
  ECONNREFUSED: "connection_refused",
  ECONNRESET: "connection_lost",
  EPIPE: "connection_lost",
  UND_ERR_SOCKET: "connection_lost",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  UND_ERR_INVALID_ARG: "bad_address",
  UND_ERR_HEADERS_OVERFLOW: "answer_too_large",
};

const messageByReason: Readonly<Record<string, string>> = {
  dns_failed: "The server's name is not known.",
  connection_refused: "Nothing answers at the server's address.",
  connection_lost: "The connection broke.",
  unreachable: "The server cannot be reached.",
  tls_failed: "A secure connection to the server could not be made.",
};

function isTlsCode(code: string): boolean {
  return /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/.test(code);
}
