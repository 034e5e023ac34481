import { type FastifyTRPCPluginOptions, fastifyTRPCPlugin } from "@trpc/server/adapters/fastify";
import type { FastifyInstance } from "fastify";
import { challengeOf } from "../auth.ts";
import type { ApiContext } from "../context.ts";
import { toProblem } from "../problem.ts";
import { type AppRouter, appRouter } from "../router.ts";
import { toErrorShape } from "../trpc.ts";
import { logFailure } from "./request-rules.ts";
import { takeRest } from "./take-rest.ts";

/** The procedures at `/api/trpc`, also batched and streamed. */
export async function addTrpcRoutes(app: FastifyInstance, context: ApiContext): Promise<void> {
  await app.register(async (scope) => {
    // What fails before tRPC sees it still has the form its clients read.
    scope.setErrorHandler(async (error, request, reply) => {
      const problem = toProblem(error, request.id);
      logFailure(context.log, problem, error);
      if (problem.code === "too_large") await takeRest(request.raw);
      return reply.code(problem.status).send({ error: toErrorShape(problem, null) });
    });
    const options: FastifyTRPCPluginOptions<AppRouter> = {
      prefix: "/api/trpc",
      trpcOptions: {
        router: appRouter,
        maxBatchSize: 20,
        createContext: ({ req }) => context.toRequestContext(req),
        onError: ({ error, ctx }) => logFailure(context.log, toProblem(error, ctx?.requestId ?? ""), error),
        responseMeta: ({ errors, ctx }) => {
          const challenges = errors.map((error) => challengeOf(toProblem(error, ctx?.requestId ?? "")));
          const challenge = challenges.find((one) => one !== null);
          return challenge == null ? {} : { headers: new Headers({ "www-authenticate": challenge }) };
        },
      },
    };
    await scope.register(fastifyTRPCPlugin, options);
  });
}
