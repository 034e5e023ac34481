import { ReliteError } from "@relite/core/errors";
import type { FastifyInstance } from "fastify";
import { collectDefaultMetrics, Histogram, Registry } from "prom-client";
import type { ApiContext } from "../context.ts";

/** `/healthz`: the process answers · `/readyz`: its database does too · `/metrics` for Prometheus. */
export function addHealth(app: FastifyInstance, context: Pick<ApiContext, "isReady">): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const seconds = new Histogram({
    name: "relite_api_request_seconds",
    help: "Time to answer, by route",
    labelNames: ["method", "route", "status"],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    seconds.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1_000);
  });
  app.get("/healthz", async () => ({ status: "ok" }));
  app.get("/readyz", async () => {
    if (await context.isReady()) return { status: "ready" };
    throw new ReliteError("unavailable", "The database does not answer.", { reason: "not_ready" });
  });
  app.get("/metrics", async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  app.addHook("onClose", async () => registry.clear());
}
