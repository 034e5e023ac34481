import rateLimit from "@fastify/rate-limit";
import { ReliteError } from "@relite/core/errors";
import type { Logger } from "@relite/core/log";
import { addressBlock, type ClientAddresses } from "@relite/core/node";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { challengeOf } from "../auth.ts";
import { type Problem, toProblem } from "../problem.ts";
import { takeRest } from "./take-rest.ts";

export interface RequestRules {
  readonly log: Logger;
  readonly clients: ClientAddresses;
  /** Of one address. */
  readonly requestsPerMinute: number;
}

/** What holds for every request: its id, its log line, the rate, one Authorization header, one form of errors. */
export async function addRequestRules(
  app: FastifyInstance,
  { log, clients, requestsPerMinute }: RequestRules,
): Promise<void> {
  app.addHook("onRequest", async (request, reply) => {
    reply.header("x-request-id", request.id);
    if (isApi(request)) reply.header("cache-control", "private, no-store");
    requireSingleAuthorization(request);
  });
  app.addHook("onResponse", async (request, reply) => {
    const facts = { requestId: request.id, method: request.method, path: pathOf(request) };
    log.info({ ...facts, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, "request");
  });
  app.setErrorHandler(async (error, request, reply) => {
    const problem = toProblem(error, request.id);
    logFailure(log, problem, error);
    if (problem.code === "too_large") await takeRest(request.raw);
    return sendProblem(reply, problem);
  });
  await app.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: 60_000,
    allowList: (request) => !isApi(request),
    keyGenerator: (request) => addressBlock(clients.addressOf(request.raw)),
    errorResponseBuilder: () =>
      new ReliteError("rate_limited", "Too many requests; try again later.", { reason: "too_many_requests" }),
  });
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const challenge = challengeOf(problem);
  if (challenge !== null) reply.header("www-authenticate", challenge);
  return reply.code(problem.status).type("application/problem+json").send(JSON.stringify(problem));
}

/** Faults of ours with their cause, refusals not at all: the request line has their status. */
export function logFailure(log: Logger, problem: Problem, error: unknown): void {
  if (problem.status < 500) return;
  log.error({ requestId: problem.requestId, errorCode: problem.code, error }, "request failed");
}

function isApi(request: FastifyRequest): boolean {
  return /^\/api(\/|$)/.test(pathOf(request));
}

/** Without the query, which may hold what a person searches for. */
function pathOf(request: FastifyRequest): string {
  return (request.url.split("?")[0] ?? "").slice(0, 500);
}

function requireSingleAuthorization(request: FastifyRequest): void {
  const names = request.raw.rawHeaders.filter((_, index) => index % 2 === 0);
  if (names.filter((name) => name.toLowerCase() === "authorization").length > 1)
    throw new ReliteError("bad_request", "There is more than one Authorization header.", {
      reason: "two_authorizations",
    });
}
