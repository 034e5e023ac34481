import type { IncomingMessage, ServerResponse } from "node:http";
import { ReliteError } from "@relite/core/errors";
import { clientOf } from "./access/client-of.ts";
import { createLastSeen } from "./accounts/last-seen.ts";
import { answerError } from "./answer-error.ts";
import { setAnswerHeaders } from "./answer-headers.ts";
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
import { createOpenExchange } from "./open-exchange.ts";
import { createPages } from "./pages/index.ts";
import { andThen, type Soon } from "./soon.ts";
import { rawPathOf, readDavRequest } from "./target.ts";
import { version } from "./version.ts";

/** Takes a request; done when its answer is on its way, which for most is at once. Never fails. */
export type Handler = (req: IncomingMessage, res: ServerResponse) => Soon<void>;

/** The whole protocol on one screen: guard → CORS → pages outside the files → target → gate → limits → method → audit. */
export function createHandler(context: DavContext): Handler {
  const { config, storage, clock, log } = context;
  const origins = new Set(config.corsOrigins);
  const gate = { ...config, ...context.access, sessions: context.sessions, tree: storage.tree };
  const ways = { ...gate, prefix: config.prefix, requestRate: context.requestRate, startedMs: clock.nowMs() };
  const findPage = createPages(context);
  const noteSeen = createLastSeen(storage.owners, clock);
  const chassis = createChassis({
    version,
    methods: createMethods(context),
    unknownMethod: async () => {
      throw new ReliteError("not_implemented", "This server does not have this method");
    },
    authenticate: (exchange) => {
      if (exchange.dav === null || !isKnownMethod(exchange.dav.method) || exchange.dav.method === "OPTIONS")
        return;
      return andThen(admit(exchange, exchange.dav, gate), (caller) => {
        exchange.caller = caller;
        context.requestRate.take(caller.owner);
      });
    },
  });

  function answer(exchange: Exchange): Soon<void> {
    const { req } = exchange;
    if (isPreflight(req)) return answerPreflight(exchange, origins);
    setCorsHeaders(exchange, origins);
    // A small file leaves with all its headers at once: its method sees to them.
    if (req.method !== "GET") setAnswerHeaders(exchange);
    refuseOtherVersions(req);
    refuseRepeatedHeaders(req);
    if (req.url === "*" && req.method === "OPTIONS") return answerOptions(exchange);
    const rawPath = rawPathOf(req.url ?? "", req.headers.host);
    const page = findPage(rawPath);
    if (page !== null) {
      setAnswerHeaders(exchange);
      return page(exchange);
    }
    if (req.method === "PROPFIND" || req.method === "OPTIONS") {
      const way = wayTo(config.prefix, rawPath);
      if (way !== null)
        return req.method === "OPTIONS" ? answerOptions(exchange) : answerWay(exchange, way, ways);
    }
    if (isNavigation(req) && wayTo(config.prefix, rawPath) !== null)
      return sendFrontPage(exchange, config.prefix);
    exchange.dav = readDavRequest(req, config.prefix, config.publicHosts);
    if (exchange.dav === null) throw new ReliteError("not_found", "There is nothing at this address");
    return chassis.execute(exchange);
  }

  function refuse(exchange: Exchange, error: unknown): void {
    if (!exchange.res.headersSent) setAnswerHeaders(exchange);
    answerError(exchange, error, { log, prefix: config.prefix });
  }

  function noteCaller({ caller, code }: Exchange): Soon<void> {
    // Who looks at a share is not its owner.
    if (caller === null || code !== null || caller.via === "share") return;
    return noteSeen(caller.owner)?.catch((err: unknown) => log.warn({ err }, "last seen not kept"));
  }

  const openExchange = createOpenExchange({
    newId: context.newId,
    clock,
    onEnd(exchange, end) {
      context.metrics.observe(exchange, end);
      if (needsAudit(exchange))
        context.audit.write(auditLine(exchange, end, clientOf(exchange, context.access)));
    },
  });
  return (req, res) => {
    const exchange = openExchange(req, res);
    try {
      const going = answer(exchange);
      if (!(going instanceof Promise)) return noteCaller(exchange);
      return going.catch((error: unknown) => refuse(exchange, error)).then(() => noteCaller(exchange));
    } catch (error) {
      refuse(exchange, error);
    }
  };
}
