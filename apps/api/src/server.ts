import { randomUUID } from "node:crypto";
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ReliteError } from "@relite/core/errors";
import Fastify, { type FastifyInstance } from "fastify";
import type { ApiConfig } from "./config.ts";
import { type ApiContext, type ApiParts, createContext } from "./context.ts";
import { trackConnections } from "./http/connections.ts";
import { addHealth } from "./http/health.ts";
import { addPublicConfig } from "./http/public-config.ts";
import { addRequestRules, sendProblem } from "./http/request-rules.ts";
import { withSecurityHeaders } from "./http/security-headers.ts";
import { addTrpcRoutes } from "./http/trpc-routes.ts";
import { serveWebApp } from "./http/web-app.ts";
import { toProblem } from "./problem.ts";
import { addProxy } from "./proxy/proxy.ts";
import { addRestRoutes } from "./rest.ts";

export interface ApiServer {
  /** Address it really listens on. */
  readonly url: string;
  readonly port: number;
  /** Origin people open: `RELITE_PUBLIC_URL`, or localhost. */
  readonly publicUrl: string;
  /** Made for an unclaimed server that was not given one; null otherwise. */
  readonly setupCode: string | null;
  /** Waits until no sync is queued or running. */
  drain(): Promise<void>;
  /** Stops taking requests, lets those under way end for a while, then closes everything. */
  close(): Promise<void>;
}

const graceMs = 3_000;
const maxBodyBytes = 4 * 1024 ** 2;

/** Listens first, so that a busy port costs nothing, then opens storage and answers. `config_invalid` for what the settings cannot mean. */
export async function startApiServer(config: ApiConfig, parts: ApiParts = {}): Promise<ApiServer> {
  const starting = withSecurityHeaders(config, answerStarting);
  const server = createServer(
    { requestTimeout: 0, headersTimeout: 20_000, keepAliveTimeout: 10_000 },
    starting,
  );
  // A body may take long, but not without a byte.
  server.setTimeout(120_000);
  const endConnections = trackConnections(server);
  const port = await listen(server, config);
  const host = config.host.includes(":") ? `[${config.host}]` : config.host;
  try {
    const context = await createContext(config, config.publicUrl ?? `http://localhost:${port}`, parts);
    const app = await buildApp(context, parts.webDist ?? config.webDist);
    server.off("request", starting).on(
      "request",
      withSecurityHeaders(config, (request, response) => app.routing(request, response)),
    );
    let closing: Promise<void> | null = null;
    return {
      url: `http://${host}:${port}`,
      port,
      publicUrl: context.publicUrl,
      setupCode: context.madeSetupCode,
      drain: context.drain,
      close: () => {
        closing ??= stop(context, app, endConnections);
        return closing;
      },
    };
  } catch (error) {
    await endConnections(0);
    throw error;
  }
}

async function stop(
  context: ApiContext,
  app: FastifyInstance,
  endConnections: (graceMs: number) => Promise<void>,
): Promise<void> {
  context.stop();
  await endConnections(graceMs);
  await app.close();
  await context.close();
}

async function buildApp(context: ApiContext, webDist: string): Promise<FastifyInstance> {
  const app = Fastify({
    logger: false,
    genReqId: () => randomUUID(),
    bodyLimit: maxBodyBytes,
    routerOptions: { maxParamLength: 5_000 },
    frameworkErrors: (error, request, reply) => void sendProblem(reply, toProblem(error, request.id)),
  });
  const { log, clients } = context;
  await addRequestRules(app, { log, clients, requestsPerMinute: context.config.requestsPerMinute });
  addHealth(app, context);
  addPublicConfig(app, context);
  await addTrpcRoutes(app, context);
  await addProxy(app, context);
  await addRestRoutes(app, context);
  await serveWebApp(app, webDist);
  await app.ready();
  return app;
}

function listen(server: Server, { host, port }: ApiConfig): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)));
    server.listen(port, host, () => resolve(addressOf(server).port));
  });
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string") throw new ReliteError("internal", "Not a TCP server.");
  return address;
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): ReliteError {
  const messageByCode: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} on ${host} is in use by another program; set RELITE_PORT to a free one.`,
    EACCES: `Port ${port} may not be opened by this user; set RELITE_PORT to one above 1023.`,
    EADDRNOTAVAIL: `RELITE_HOST ${host} is not an address of this machine.`,
    ENOTFOUND: `RELITE_HOST ${host} is not known.`,
  };
  const message = messageByCode[error.code ?? ""] ?? `Cannot listen on ${host}, port ${port}.`;
  return new ReliteError("config_invalid", message, { reason: "cannot_listen", cause: error });
}

const answerStarting: RequestListener = (_request, response: ServerResponse) => {
  response.writeHead(503, { "retry-after": "1", "content-type": "text/plain" }).end("Starting.\n");
};
