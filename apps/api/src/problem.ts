import { type ErrorCode, isReliteError, type ReliteError, statusByCode } from "@relite/core/errors";
import { TRPCError } from "@trpc/server";
import { ZodError } from "zod";
import { toDatabaseFault } from "./store/database-fault.ts";

/** RFC 9457, with our stable code and finer reason. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly reason?: string;
  readonly detail: string;
  readonly requestId: string;
}

/** The one place where whatever was thrown becomes what a caller may read. */
export function toProblem(error: unknown, requestId: string): Problem {
  const { code, reason, detail } = factsOf(error);
  return {
    type: `urn:relite:error:${code}`,
    title: titleOf(code),
    status: statusByCode[code],
    code,
    ...(reason === undefined ? {} : { reason }),
    detail,
    requestId,
  };
}

interface PublicFacts {
  readonly code: ErrorCode;
  readonly reason?: string;
  readonly detail: string;
}

function factsOf(error: unknown): PublicFacts {
  if (isReliteError(error)) return factsOfRelite(error);
  if (error instanceof ZodError)
    return { code: "bad_request", reason: "invalid_input", detail: issuesToText(error) };
  if (error instanceof TRPCError) return factsOfTrpc(error);
  if (isAbort(error)) return generic("cancelled");
  const fault = toDatabaseFault(error);
  return fault === null ? generic(codeByStatus[statusOf(error)] ?? "internal") : factsOfRelite(fault);
}

function factsOfRelite(error: ReliteError): PublicFacts {
  if (error.code === "internal" || error.code === "config_invalid") return generic("internal");
  return {
    code: error.code,
    detail: clip(error.message),
    ...(error.reason === undefined ? {} : { reason: error.reason }),
  };
}

function factsOfTrpc(error: TRPCError): PublicFacts {
  const cause: unknown = error.cause;
  const isInput = error.code === "BAD_REQUEST";
  if (cause instanceof ZodError) return isInput ? factsOf(cause) : generic("internal");
  if (isReliteError(cause)) return factsOfRelite(cause);
  if (isAbort(cause)) return generic("cancelled");
  const fault = toDatabaseFault(cause);
  return fault === null ? generic(codeByTrpcCode[error.code] ?? "internal") : factsOfRelite(fault);
}

function generic(code: ErrorCode): PublicFacts {
  return { code, detail: titleOf(code) };
}

function titleOf(code: ErrorCode): string {
  return titleByCode[code] ?? "The request failed.";
}

/** Names fields and rules, never values: a field may be a secret. */
function issuesToText(error: ZodError): string {
  const lines = error.issues.map((issue) => {
    const where = issue.path.map(String).join(".") || "input";
    return `${where}: ${issue.code === "unrecognized_keys" ? "has unknown fields" : issue.message}`;
  });
  return clip(lines.slice(0, 10).join("; "));
}

function clip(text: string): string {
  return text.slice(0, 500).toWellFormed();
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

function statusOf(error: unknown): number {
  if (typeof error !== "object" || error === null || !("statusCode" in error)) return 500;
  return typeof error.statusCode === "number" ? error.statusCode : 500;
}

const codeByStatus: Readonly<Record<number, ErrorCode>> = {
  400: "bad_request",
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  405: "method_not_allowed",
  413: "too_large",
  414: "bad_request",
  415: "unsupported_media_type",
  429: "rate_limited",
  503: "unavailable",
};

const codeByTrpcCode: Readonly<Partial<Record<TRPCError["code"], ErrorCode>>> = {
  PARSE_ERROR: "bad_request",
  BAD_REQUEST: "bad_request",
  UNAUTHORIZED: "unauthorized",
  FORBIDDEN: "forbidden",
  NOT_FOUND: "not_found",
  METHOD_NOT_SUPPORTED: "method_not_allowed",
  PAYLOAD_TOO_LARGE: "too_large",
  UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type",
  TOO_MANY_REQUESTS: "rate_limited",
  CLIENT_CLOSED_REQUEST: "cancelled",
};

const titleByCode: Readonly<Partial<Record<ErrorCode, string>>> = {
  bad_request: "The request is not valid.",
  bad_path: "The path is not valid.",
  unauthorized: "Sign in is needed.",
  insufficient: "The token does not allow this.",
  forbidden: "This is not allowed.",
  not_found: "There is nothing here.",
  method_not_allowed: "This method is not supported here.",
  conflict: "The request does not fit the present state.",
  precondition_failed: "A condition of the request does not hold.",
  too_large: "The request is too large.",
  unsupported_media_type: "The content type is not supported.",
  unprocessable: "The request cannot be carried out.",
  locked: "The resource is locked.",
  rate_limited: "Too many requests; try again later.",
  internal: "Something went wrong on the server.",
  not_implemented: "This is not available yet.",
  upstream_failed: "The other server could not be used.",
  unavailable: "The server cannot answer at the moment.",
  upstream_timeout: "The other server did not answer in time.",
  insufficient_storage: "There is not enough storage.",
  config_invalid: "Something went wrong on the server.",
  cancelled: "The request was cancelled.",
};
