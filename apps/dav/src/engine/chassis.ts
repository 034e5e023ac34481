import type { IncomingMessage } from "node:http";
import { v2 as webdav } from "webdav-server";
import type { Exchange } from "../exchange.ts";

export interface ChassisParts {
  readonly version: string;
  /** Runs as the chassis' authentication, before any method. */
  authenticate(exchange: Exchange): Promise<void>;
  /** By upper-case method name; each takes the request's body itself. */
  readonly methods: Readonly<Record<string, (exchange: Exchange) => Promise<void>>>;
  /** Sets the headers every answer has, after the library has set its own. */
  setHeaders(exchange: Exchange): void;
  /** For every method that is not in the table. */
  unknownMethod(exchange: Exchange): Promise<void>;
}

export interface Chassis {
  /** Takes an exchange through authentication and its method; rejects with what either threw. */
  execute(exchange: Exchange): Promise<void>;
}

interface Running {
  readonly exchange: Exchange;
  failure: { readonly error: unknown } | null;
  readonly settle: (failure: { readonly error: unknown } | null) => void;
}

/**
 * webdav-server's dispatch around our own methods. Its stock handlers, storage, locks, XML and error answers never run:
 * the method table is emptied first, everything of ours is `chunked` so that no body is read for us, and the library
 * sees a fixed URL and no headers, for its own path rules differ from ours (it throws on a bad `%` and splits at `\`) and
 * it searches all headers several times.
 */
export function createChassis(parts: ChassisParts): Chassis {
  const runningByRequest = new WeakMap<IncomingMessage, Running>();
  const server = new webdav.WebDAVServer({
    serverName: "relite-dav",
    version: parts.version,
    rootFileSystem: new RootOnly(),
    respondWithPaths: true,
    httpAuthentication: {
      askForAuthentication: () => ({}),
      getUser(context, callback) {
        const running = runningByRequest.get(context.request);
        // Its types want an error where the library itself passes null.
        const proceed = callback as (error: Error | null, user: webdav.IUser) => void;
        const done = () => proceed(null, { uid: "ucan", username: "ucan" });
        if (running === undefined) return done();
        // Later, when the request has its own headers again.
        const authenticated = Promise.resolve(running.exchange).then(parts.authenticate);
        authenticated.then(done, (error: unknown) => {
          running.failure = { error };
          done();
        });
      },
    },
  });
  const asChunked = (method: (exchange: Exchange) => Promise<void>): webdav.HTTPMethod => ({
    chunked(context) {
      const running = runningByRequest.get(context.request);
      if (running === undefined) return;
      clearStockHeaders(running.exchange);
      parts.setHeaders(running.exchange);
      if (running.failure !== null) return running.settle(running.failure);
      method(running.exchange).then(
        () => running.settle(null),
        (error: unknown) => running.settle({ error }),
      );
    },
  });
  server.methods = {};
  for (const [name, method] of Object.entries(parts.methods)) server.method(name, asChunked(method));
  server.onUnknownMethod(asChunked(parts.unknownMethod));

  return {
    execute: (exchange) =>
      new Promise((resolve, reject) => {
        const settle: Running["settle"] = (failure) => (failure === null ? resolve() : reject(failure.error));
        runningByRequest.set(exchange.req, { exchange, failure: null, settle });
        const { req, res } = exchange;
        const { headers } = req;
        req.url = "/-";
        req.headers = seenHeaders;
        server.executeRequest(req, res);
        req.headers = headers;
      }),
  };
}

// Without a Depth it would throw and catch inside, on every request.
const seenHeaders = Object.freeze({ host: "localhost", depth: "0", "content-length": "0" });

const stockHeaders = [
  "Access-Control-Allow-Credentials",
  "Access-Control-Allow-Origin",
  "Access-Control-Expose-Headers",
  "Allow",
  "DAV",
  "MS-Author-Via",
  "Server",
];

/** What the library sets on every answer before it knows anything, and a listener that prints to the console. */
function clearStockHeaders({ res }: Exchange): void {
  for (const name of stockHeaders) res.removeHeader(name);
  res.removeAllListeners("error");
  res.on("error", () => {});
}

/** The one mount the library asks for; it is only ever asked for the type of its root. */
class RootOnly extends webdav.FileSystem {
  constructor() {
    super({
      uid: () => "relite",
      serialize: (_fs, callback) => callback(undefined, null),
      unserialize: (_data, callback) => callback(undefined, undefined),
    });
  }

  override type(
    _context: webdav.RequestContext,
    _path: webdav.Path | string,
    callback: webdav.ReturnCallback<webdav.ResourceType>,
  ): void {
    callback(undefined, webdav.ResourceType.Directory);
  }

  protected override _lockManager(): void {
    throw new Error("the chassis has no storage");
  }

  protected override _propertyManager(): void {
    throw new Error("the chassis has no storage");
  }

  protected override _type(): void {
    throw new Error("the chassis has no storage");
  }
}
