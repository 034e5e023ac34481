import { ReliteError } from "../errors/index.ts";
import { parseDavDate } from "./dates.ts";
import { DavFault } from "./fault.ts";

/** Turns an answer that is no success into the error that says so, and lets go of its body. */
export async function faultOfAnswer(response: Response): Promise<ReliteError> {
  const { status } = response;
  const problem = await readProblem(response);
  const details = { status, ...problem };
  const own = ownCodeByStatus[status];
  if (own !== undefined) return new ReliteError(own, messageByOwnCode[own], { details });
  if (status === 401) return withProblem(new DavFault("credentials_refused", { status }), problem);
  if (status === 403) return withProblem(new DavFault("forbidden", { status }), problem);
  if (status === 429 || status === 503)
    return new DavFault("throttled", { status, retryAfterMs: retryAfterMsOf(response.headers) });
  if (status === 408 || status === 504) return new DavFault("timed_out", { status });
  if (status >= 500 && status !== 501) return new DavFault("server_error", { status });
  if (status >= 300 && status < 400) return new DavFault("redirected", { status });
  if (status === 405 || status === 501) return new DavFault("not_webdav", { status });
  return new DavFault("unexpected_status", { status });
}

/** Turns what `fetch` or a body threw into one of our errors; an abort by the caller stays the caller's. */
export function faultOfThrown(error: unknown, signal?: AbortSignal): unknown {
  if (error instanceof ReliteError) return error;
  const reason: unknown = signal?.aborted ? signal.reason : error;
  if (reason instanceof DOMException && reason.name === "TimeoutError")
    return new DavFault("timed_out", { cause: reason });
  if (signal?.aborted) return reason;
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof ReliteError) return cause;
  return new DavFault("unreachable", { cause: error });
}

const ownCodeByStatus: Readonly<Record<number, OwnCode>> = {
  404: "not_found",
  410: "not_found",
  409: "conflict",
  412: "precondition_failed",
  413: "too_large",
  423: "locked",
  507: "insufficient_storage",
};

type OwnCode = keyof typeof messageByOwnCode;

const messageByOwnCode = {
  not_found: "The server has nothing at this path.",
  conflict: "The folder above does not exist on the server.",
  precondition_failed: "The file on the server is not the one expected.",
  too_large: "The server refuses a file of this size.",
  locked: "The file is locked on the server.",
  insufficient_storage: "The server has no room left.",
} as const;

/** Longest wait we take from a server; longer ones are asked again after it. */
const maxRetryAfterMs = 6 * 3_600_000;

/** `Retry-After` in seconds, or as a date measured from the answer's own `Date`; null when it says neither. */
export function retryAfterMsOf(headers: Headers): number | null {
  const text = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text) * 1_000, maxRetryAfterMs);
  const untilMs = parseDavDate(text);
  const serverNowMs = parseDavDate(headers.get("date") ?? "");
  if (untilMs === null || serverNowMs === null) return null;
  return Math.min(Math.max(0, untilMs - serverNowMs), maxRetryAfterMs);
}

type Problem = { readonly problemCode?: string; readonly problemReason?: string };

const maxProblemBytes = 16_384;

/** Our own servers say more in a problem document: its stable codes are passed on, never its text. */
async function readProblem(response: Response): Promise<Problem> {
  const type = response.headers.get("content-type") ?? "";
  const length = Number(response.headers.get("content-length") ?? maxProblemBytes);
  if (!/^application\/problem\+json\b/i.test(type) || !(length <= maxProblemBytes)) {
    await discard(response);
    return {};
  }
  try {
    const value: unknown = JSON.parse(await response.text());
    if (typeof value !== "object" || value === null) return {};
    const code = "code" in value ? asCode(value.code) : null;
    const reason = "reason" in value ? asCode(value.reason) : null;
    return {
      ...(code === null ? {} : { problemCode: code }),
      ...(reason === null ? {} : { problemReason: reason }),
    };
  } catch {
    return {};
  }
}

function asCode(value: unknown): string | null {
  return typeof value === "string" && /^[a-z0-9_]{1,64}$/.test(value) ? value : null;
}

function withProblem(fault: DavFault, problem: Problem): ReliteError {
  if (problem.problemCode === undefined) return fault;
  const facts = fault.reason === undefined ? {} : { reason: fault.reason };
  return new ReliteError(fault.code, fault.message, { ...facts, details: { ...fault.details, ...problem } });
}

/** Lets the connection go without reading a body nobody needs. */
export async function discard(response: Response): Promise<void> {
  try {
    await response.body?.cancel();
  } catch {
    // The body was already broken; there is nothing left to let go of.
  }
}
