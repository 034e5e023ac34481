import { type ErrorCode, ReliteError } from "../errors/index.ts";

/** What can be wrong with a server's answer, as stable reasons. */
export type DavReason =
  | "credentials_refused"
  | "forbidden"
  | "throttled"
  | "server_error"
  | "unreachable"
  | "timed_out"
  | "redirected"
  | "nothing_there"
  | "not_webdav"
  | "not_multistatus"
  | "bad_xml"
  | "truncated"
  | "answer_too_large"
  | "unexpected_status";

/** How to go on after a failure: stop and ask · wait as told · try again · leave it. */
export type FailureClass = "credentials" | "throttle" | "transient" | "permanent";

/** A failed WebDAV request; `details.status` is the server's status when it answered. */
export class DavFault extends ReliteError {
  readonly retryAfterMs: number | null;

  constructor(
    reason: DavReason,
    facts: { readonly status?: number; readonly retryAfterMs?: number | null; readonly cause?: unknown } = {},
  ) {
    super(codeByReason[reason], messageByReason[reason], {
      reason,
      ...(facts.status === undefined ? {} : { details: { status: facts.status } }),
      ...(facts.cause === undefined ? {} : { cause: facts.cause }),
    });
    this.retryAfterMs = facts.retryAfterMs ?? null;
  }
}

const codeByReason: Readonly<Record<DavReason, ErrorCode>> = {
  credentials_refused: "upstream_failed",
  forbidden: "upstream_failed",
  throttled: "upstream_failed",
  server_error: "upstream_failed",
  unreachable: "upstream_failed",
  timed_out: "upstream_timeout",
  redirected: "upstream_failed",
  nothing_there: "upstream_failed",
  not_webdav: "upstream_failed",
  not_multistatus: "upstream_failed",
  bad_xml: "upstream_failed",
  truncated: "upstream_failed",
  answer_too_large: "upstream_failed",
  unexpected_status: "upstream_failed",
};

const messageByReason: Readonly<Record<DavReason, string>> = {
  credentials_refused: "The server refused the user name, password or token.",
  forbidden: "The server does not allow this to the given account.",
  throttled: "The server asks for fewer requests.",
  server_error: "The server reported a fault of its own.",
  unreachable: "The server could not be reached.",
  timed_out: "The server did not answer in time.",
  redirected: "The server points to another address; enter that address if you trust it.",
  nothing_there: "The server has nothing at this address.",
  not_webdav: "The address answers, but not as a WebDAV server.",
  not_multistatus: "The server answered a listing with something that is no WebDAV listing.",
  bad_xml: "The server's listing is not well-formed.",
  truncated: "The server's listing ended in the middle.",
  answer_too_large: "The server's answer is larger than is accepted.",
  unexpected_status: "The server answered with a status that does not fit.",
};

const classByReason: Readonly<Record<DavReason, FailureClass>> = {
  credentials_refused: "credentials",
  forbidden: "permanent",
  throttled: "throttle",
  server_error: "transient",
  unreachable: "transient",
  timed_out: "transient",
  redirected: "permanent",
  nothing_there: "permanent",
  not_webdav: "permanent",
  not_multistatus: "transient",
  bad_xml: "transient",
  truncated: "transient",
  answer_too_large: "permanent",
  unexpected_status: "permanent",
};

/** The class of any error a client call threw; unknown ones count as transient. */
export function classifyFailure(error: unknown): FailureClass {
  if (!(error instanceof ReliteError)) return "transient";
  const { reason } = error;
  if (reason !== undefined && isDavReason(reason)) return classByReason[reason];
  return error.code === "upstream_failed" || error.code === "upstream_timeout" ? "transient" : "permanent";
}

function isDavReason(reason: string): reason is DavReason {
  return Object.hasOwn(classByReason, reason);
}
