import { callTRPCProcedure } from "@trpc/server";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ApiContext } from "./context.ts";
import { logFailure, sendProblem } from "./http/request-rules.ts";
import { createOpenApi } from "./openapi.ts";
import { toProblem } from "./problem.ts";
import { listRestProcedures, type RestProcedure } from "./rest-procedures.ts";
import { fromQuery, type QueryTypes, queryTypesOf } from "./rest-query.ts";
import { appRouter } from "./router.ts";

/** Every procedure with `meta.rest`, as plain JSON over HTTP; errors as problem+json; the document that describes them. */
export async function addRestRoutes(app: FastifyInstance, context: ApiContext): Promise<void> {
  const procedures = listRestProcedures();
  const document = createOpenApi(procedures, context.publicUrl);
  app.get("/api/openapi.json", async () => document);
  await app.register(async (scope) => {
    acceptJsonOnly(scope);
    for (const procedure of procedures) {
      const types = procedure.inputSchema === null ? null : queryTypesOf(procedure.inputSchema);
      scope.route({
        method: procedure.rest.method,
        url: procedure.rest.path.replaceAll(/\{(\w+)\}/g, ":$1"),
        handler: (request, reply) => answer(context, { ...procedure, types }, request, reply),
      });
    }
  });
}

async function answer(
  context: ApiContext,
  { path, type, rest, types }: RestProcedure & { readonly types: QueryTypes | null },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const left = new AbortController();
  reply.raw.once("close", () => left.abort());
  try {
    const result: unknown = await callTRPCProcedure({
      router: appRouter,
      path,
      type,
      ctx: context.toRequestContext(request),
      getRawInput: async () => (types === null ? undefined : inputOf(request, types)),
      signal: left.signal,
      batchIndex: 0,
    });
    return reply.code(rest.status ?? 200).send(result);
  } catch (error) {
    const problem = toProblem(error, request.id);
    logFailure(context.log, problem, error);
    return sendProblem(reply, problem);
  }
}

/** Body or query, then the names of the path, which win. A body that is no object is handed on to be refused. */
function inputOf(request: FastifyRequest, types: QueryTypes): unknown {
  const fromPath = toRecord(request.params);
  if (request.method === "GET" || request.method === "DELETE")
    return { ...fromQuery(toRecord(request.query), types), ...fromPath };
  const { body } = request;
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  if (body === undefined || isObject) return { ...body, ...fromPath };
  return body;
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function acceptJsonOnly(scope: FastifyInstance): void {
  const parse = scope.getDefaultJsonParser("error", "error");
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    // A client that always names a type may send nothing.
    if (body === "") return done(null, undefined);
    parse(request, body.toString(), done);
  });
}
