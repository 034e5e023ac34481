import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { ReliteError } from "@relite/core/errors";
import { createLastSeen } from "./accounts/last-seen.ts";
import { answerError } from "./answer-error.ts";
import { auditLine, needsAudit } from "./audit.ts";
import type { DavContext } from "./context.ts";
import { answerPreflight, isPreflight, setCorsHeaders } from "./cors.ts";
import { createChassis } from "./engine/chassis.ts";
import type { Exchange } from "./exchange.ts";
import { admit, isKnownMethod } from "./gate.ts";
import { refuseOtherVersions, refuseRepeatedHeaders } from "./guard.ts";
import { sendFrontPage } from "./html/front-page.ts";
import { isNavigation } from "./html/page-shell.ts";
import { createMethods } from "./methods/index.ts";
import { answerOptions } from "./methods/options.ts";
import { answerWay, wayTo } from "./methods/ways.ts";
import { createPages } from "./pages/index.ts";
import { rawPathOf, readDavRequest } from "./target.ts";
import { version } from "./version.ts";

export type Handler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** The whole protocol on one screen: guard → CORS → pages outside the files → target → gate → limits → method → audit. */
export function createHandler(context: DavContext): Handler {
  const { config, storage, clock, log } = context;
  const origins = new Set(config.corsOrigins);
  const gate = { ...config, ...context.access, sessions: context.sessions, tree: storage.tree };
  const ways = { ...gate, prefix: config.prefix, requestRate: context.requestRate, startedMs: clock.nowMs() };
  const findPage = createPages(context);
  const noteSeen = createLastSeen(storage.owners, clock);
  const setHeaders = (exchange: Exchange) => {
    setCorsHeaders(exchange, origins);
    exchange.res.setHeader("X-Request-Id", exchange.id);
    exchange.res.setHeader("X-Content-Type-Options", "nosniff");
  };
  const chassis = createChassis({
    version,
    methods: createMethods(context),
    unknownMethod: async () => {
      throw new ReliteError("not_implemented", "This server does not have this method");
    },
    authenticate: async (exchange) => {
      if (exchange.dav === null || !isKnownMethod(exchange.dav.method) || exchange.dav.method === "OPTIONS")
        return;
      exchange.caller = await admit(exchange, exchange.dav, gate);
      context.requestRate.take(exchange.caller.owner);
    },
  });

  async function answer(exchange: Exchange): Promise<void> {
    const { req } = exchange;
    if (isPreflight(req)) return answerPreflight(exchange, origins);
    setHeaders(exchange);
    refuseOtherVersions(req);
    refuseRepeatedHeaders(req);
    if (req.url === "*" && req.method === "OPTIONS") return answerOptions(exchange);
    const rawPath = rawPathOf(req.url ?? "", req.headers.host);
    const page = findPage(rawPath);
    if (page !== null) return page(exchange);
    if (req.method === "PROPFIND" || req.method === "OPTIONS") {
      const way = wayTo(config.prefix, rawPath);
      if (way !== null)
        return req.method === "OPTIONS" ? answerOptions(exchange) : answerWay(exchange, way, ways);
    }
    if (isNavigation(req) && wayTo(config.prefix, rawPath) !== null)
      return sendFrontPage(exchange, config.prefix);
    exchange.dav = readDavRequest(req, config.prefix);
    if (exchange.dav === null) throw new ReliteError("not_found", "There is nothing at this address");
    await chassis.execute(exchange);
  }

  // A request's head is read before it is told of: what it took counts from the end of the one before.
  const readBySocket = new WeakMap<Socket, number>();
  return async (req, res) => {
    const bytesReadBefore = readBySocket.get(req.socket) ?? 0;
    const exchange = openExchange(req, res, {
      id: context.newId(),
      startedMs: clock.nowMs(),
      bytesReadBefore,
    });
    // A failure of the connection is told to whoever writes; without a listener it would end the process.
    res.on("error", () => {});
    res.on("close", () => {
      readBySocket.set(exchange.socket, exchange.socket.bytesRead);
      context.metrics.observe(exchange, clock.nowMs());
      if (needsAudit(exchange)) context.audit.write(auditLine(exchange, clock.nowMs()));
    });
    try {
      await answer(exchange);
    } catch (error) {
      answerError(exchange, error, { log, prefix: config.prefix });
    }
    // Who looks at a share is not its owner.
    if (exchange.caller === null || exchange.code !== null || exchange.caller.via === "share") return;
    await noteSeen(exchange.caller.owner).catch((err: unknown) => log.warn({ err }, "last seen not kept"));
  };
}

function openExchange(
  req: IncomingMessage,
  res: ServerResponse,
  start: Pick<Exchange, "id" | "startedMs" | "bytesReadBefore">,
): Exchange {
  // Kept: a request whose connection broke has lost its own.
  const { socket } = req;
  return {
    ...start,
    req,
    res,
    socket,
    bytesWrittenBefore: socket.bytesWritten,
    dav: null,
    identity: null,
    subject: null,
    caller: null,
    needed: [],
    code: null,
  };
}
