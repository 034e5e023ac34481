import { ReliteError } from "@relite/core/errors";
import { type Capability, isAllowed, type Principal } from "@relite/core/ucan";
import { initTRPC, type TRPC_ERROR_CODE_KEY } from "@trpc/server";
import { TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";
import { type Problem, toProblem } from "./problem.ts";
import type { RequestContext } from "./request-context.ts";

/** Where a procedure is found as plain REST; `{name}` in the path is a field of the input. */
export interface RestRoute {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: `/api/${string}`;
  /** Of a good answer; 200 when left out. */
  readonly status?: number;
  readonly summary: string;
}

export interface ProcedureMeta {
  readonly rest?: RestRoute;
  /** Capability the caller's token must carry; shown in the OpenAPI document. */
  readonly needs?: Capability;
}

const trpc = initTRPC
  .context<RequestContext>()
  .meta<ProcedureMeta>()
  .create({
    isDev: false,
    sse: {
      ping: { enabled: true, intervalMs: 15_000 },
      client: { reconnectAfterInactivityMs: 45_000 },
      // A listener shows a fresh token at least this often; it resumes by itself.
      maxDurationMs: 300_000,
    },
    jsonl: { pingMs: 15_000 },
    errorFormatter: ({ shape, error, ctx }) =>
      toErrorShape(toProblem(error, ctx?.requestId ?? ""), shape.data.path ?? null),
  });

export const router = trpc.router;

/** For anybody. */
export const openProcedure = trpc.procedure;

/** For whoever holds a key, known or not: the token's chain, audience and signatures are checked, its root is not. */
export const provenProcedure = trpc.procedure
  .meta({ needs: { with: "profile:", can: "profile/read" } })
  .use(async ({ ctx, next }) => {
    const principal = await ctx.prove();
    demand(principal, { with: "profile:", can: "profile/read" });
    return next({ ctx: { principal } });
  });

/** For users of this server whose token carries the capability. */
export function procedureNeeding(needed: Capability) {
  return trpc.procedure.meta({ needs: needed }).use(async ({ ctx, next }) => {
    const caller = await ctx.identify();
    demand(caller.principal, needed);
    return next({ ctx: { user: caller.user, principal: caller.principal } });
  });
}

/** A problem in the form tRPC's clients read. */
export function toErrorShape(problem: Problem, path: string | null) {
  return {
    message: problem.detail,
    code: TRPC_ERROR_CODES_BY_KEY[trpcCodeByStatus[problem.status] ?? "INTERNAL_SERVER_ERROR"],
    data: {
      code: problem.code,
      reason: problem.reason ?? null,
      title: problem.title,
      httpStatus: problem.status,
      requestId: problem.requestId,
      path,
    },
  };
}

function demand(principal: Principal, needed: Capability): void {
  if (isAllowed(principal, needed)) return;
  throw new ReliteError("insufficient", `The token lacks ${needed.with} ${needed.can}.`, {
    reason: "insufficient_scope",
    details: { resource: needed.with, action: needed.can },
  });
}

const trpcCodeByStatus: Readonly<Record<number, TRPC_ERROR_CODE_KEY>> = {
  400: "BAD_REQUEST",
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  405: "METHOD_NOT_SUPPORTED",
  409: "CONFLICT",
  412: "PRECONDITION_FAILED",
  413: "PAYLOAD_TOO_LARGE",
  415: "UNSUPPORTED_MEDIA_TYPE",
  422: "UNPROCESSABLE_CONTENT",
  423: "CONFLICT",
  429: "TOO_MANY_REQUESTS",
  499: "CLIENT_CLOSED_REQUEST",
  501: "NOT_IMPLEMENTED",
  502: "BAD_GATEWAY",
  503: "SERVICE_UNAVAILABLE",
  504: "GATEWAY_TIMEOUT",
};
