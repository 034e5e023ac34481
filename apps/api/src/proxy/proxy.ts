import type { Readable } from "node:stream";
import { ReliteError } from "@relite/core/errors";
import { isAllowed } from "@relite/core/ucan";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Agent, type Dispatcher } from "undici";
import type { ApiContext } from "../context.ts";
import { toUpstreamError } from "../egress/upstream-error.ts";
import { fromBackendHeaders, toBackendHeaders } from "./headers.ts";
import { rewriteHrefs } from "./rewrite-hrefs.ts";
import { basePathOf, type ProxyAddresses, proxyPrefix, toBackendPath } from "./target.ts";

const plainMethods = ["OPTIONS", "GET", "HEAD", "PUT", "DELETE"] as const;
const davMethods = ["MKCOL", "COPY", "MOVE", "PROPFIND", "PROPPATCH", "LOCK", "UNLOCK", "REPORT"] as const;

/**
 * Proxy mode: `/api/webdav/apps/<appId>/…` goes to the configured endpoint and nowhere else. The caller shows the
 * API who it is in `X-Relite-Authorization: Bearer <invocation for the API>`; `Authorization` is the endpoint's
 * own token, which the endpoint verifies. Streamed both ways; leaving either side ends the other.
 */
export async function addProxy(app: FastifyInstance, context: ApiContext): Promise<void> {
  const agent = new Agent({ connect: { timeout: 10_000 }, headersTimeout: 120_000, bodyTimeout: 120_000 });
  app.addHook("onClose", () => agent.destroy());
  for (const method of davMethods) app.addHttpMethod(method, { hasBody: true });
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // The body is not read here: it streams to the endpoint.
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    scope.route({
      method: [...plainMethods, ...davMethods],
      url: `${proxyPrefix}/apps/*`,
      exposeHeadRoute: false,
      handler: (request, reply) => forward(agent, context, request, reply),
    });
  });
}

async function forward(
  agent: Dispatcher,
  context: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  await requireUser(context, request);
  const addresses = addressesOf(context, request);
  const left = new AbortController();
  reply.raw.once("close", () => left.abort());
  const answer = await ask(agent, addresses, request, left.signal);
  if (answer.statusCode >= 300 && answer.statusCode < 400 && answer.statusCode !== 304) {
    answer.body.destroy();
    throw new ReliteError("upstream_failed", "The endpoint redirects.", { reason: "redirected" });
  }
  const headers = fromBackendHeaders(answer.headers, addresses);
  const isListing = request.method !== "GET" && /\bxml\b/i.test(headers["content-type"] ?? "");
  const body = isListing ? rewritten(answer.body, headers, addresses) : answer.body;
  return reply.code(answer.statusCode).headers(headers).send(body);
}

async function requireUser(context: ApiContext, request: FastifyRequest): Promise<void> {
  const header = request.headers["x-relite-authorization"];
  const { principal } = await context.auth.identify(typeof header === "string" ? header : undefined);
  if (!isAllowed(principal, { with: "profile:", can: "profile/read" }))
    throw new ReliteError("insufficient", "The token lacks profile: profile/read.", {
      reason: "insufficient_scope",
    });
}

function addressesOf({ config, publicUrl }: ApiContext, request: FastifyRequest): ProxyAddresses {
  const { host } = request.headers;
  return { ownOrigins: new Set([publicUrl, `http://${host}`, `https://${host}`]), backend: config.backend };
}

async function ask(
  agent: Dispatcher,
  addresses: ProxyAddresses,
  request: FastifyRequest,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const { backend } = addresses;
  const rawPath = (request.raw.url ?? "").split("?")[0] ?? "";
  const path = basePathOf(backend) + toBackendPath(rawPath, backend.prefix);
  const headers = toBackendHeaders(request.headers, addresses);
  const { "content-length": length, "transfer-encoding": coding } = request.headers;
  const hasBody = coding !== undefined || (length !== undefined && length !== "0");
  try {
    return await agent.request({
      origin: new URL(backend.baseUrl).origin,
      path,
      // Only the methods of the route come here; undici's types know fewer of them.
      method: request.method as Dispatcher.HttpMethod,
      headers,
      body: hasBody ? request.raw : null,
      signal,
    });
  } catch (error) {
    throw toUpstreamError(error, signal);
  }
}

function rewritten(body: Readable, headers: Record<string, string>, { backend }: ProxyAddresses): Readable {
  delete headers["content-length"];
  const path = basePathOf(backend) + backend.prefix;
  const rewriting = rewriteHrefs([path, new URL(backend.baseUrl).origin + path], proxyPrefix);
  body.once("error", (error) => rewriting.destroy(error));
  rewriting.once("close", () => body.destroy());
  return body.pipe(rewriting);
}
