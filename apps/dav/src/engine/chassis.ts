import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { parse } from "node:url";
// Of the package only this half: the other is as large, and every thread would hold it.
import type * as webdav from "webdav-server/lib/index.v2.js";
import chassis from "webdav-server/lib/index.v2.js";
import type { Exchange } from "../exchange.ts";
import type { Soon } from "../soon.ts";

export interface ChassisParts {
  readonly version: string;
  /** Runs as the chassis' authentication, before any method. */
  authenticate(exchange: Exchange): Soon<void>;
  /** By upper-case method name; each takes the request's body itself. */
  readonly methods: Readonly<Record<string, (exchange: Exchange) => Soon<void>>>;
  /** For every method that is not in the table. */
  unknownMethod(exchange: Exchange): Soon<void>;
}

export interface Chassis {
  /** Takes an exchange through authentication and its method, at once where neither waits; fails with what either threw. */
  execute(exchange: Exchange): Soon<void>;
}

/**
 * webdav-server's dispatch around our own methods. Its stock handlers, storage, locks, XML and error answers never run:
 * the method table is emptied first, everything of ours is `chunked` so that no body is read for us, and the library is
 * shown a fixed request and an answer that takes nothing, for its own path rules differ from ours (it throws on a bad `%`
 * and splits at `\`), it searches all headers several times, and it sets headers before it knows anything.
 */
export function createChassis(parts: ChassisParts): Chassis {
  warnOfUrlParseNever();
  const seen = new SeenRequest();
  const answer = new UnusedAnswer(seen);
  // Between `executeRequest` and `getUser` nothing else runs.
  let entering: Running | null = null;
  const server = new PlainServer({
    serverName: "relite-dav",
    version: parts.version,
    rootFileSystem: new RootOnly(),
    respondWithPaths: true,
    httpAuthentication: {
      askForAuthentication: () => ({}),
      getUser(_context, callback) {
        const running = entering;
        if (running === null) return;
        // Its types want an error where the library itself passes null.
        const proceed = callback as (error: Error | null, user: webdav.IUser) => void;
        running.follow(parts.authenticate(running.exchange), () => proceed(null, running));
      },
    },
  });
  const asChunked = (method: (exchange: Exchange) => Soon<void>): webdav.HTTPMethod => ({
    chunked({ user }) {
      if (user instanceof Running) user.follow(method(user.exchange), user.end);
    },
  });
  server.methods = {};
  for (const [name, method] of Object.entries(parts.methods)) {
    server.method(name, asChunked(method));
    // Found by name, and not listed: on every request the library would make a header of the list.
    Object.defineProperty(server.methods, name, { enumerable: false });
  }
  server.onUnknownMethod(asChunked(parts.unknownMethod));

  return {
    execute(exchange) {
      const running = new Running(exchange);
      seen.method = exchange.req.method ?? "";
      entering = running;
      try {
        // What is thrown on the way, of ours too, comes through: nothing of the library catches it.
        server.executeRequest(seen, answer);
      } finally {
        entering = null;
      }
      return running.ended();
    },
  };
}

/** Without hooks before a request, which cost it a turn of their own, and with methods by the names they come with. */
class PlainServer extends chassis.WebDAVServer {
  override invokeBeforeRequest(_context: webdav.HTTPRequestContext, proceed: () => void): void {
    proceed();
  }

  protected override normalizeMethodName(method: string): string {
    return method;
  }
}

/** An exchange on its way, as what the library hands from authentication to method: the user. */
class Running implements webdav.IUser {
  readonly uid = "ucan";
  readonly username = "ucan";
  readonly exchange: Exchange;
  #hasEnded = false;
  #waiting: PromiseWithResolvers<void> | null = null;

  constructor(exchange: Exchange) {
    this.exchange = exchange;
  }

  readonly end = () => {
    this.#hasEnded = true;
    this.#waiting?.resolve();
  };

  /** Goes on after a step: at once when it waited for nothing. */
  follow(step: Soon<void>, next: () => void): void {
    if (step instanceof Promise) step.then(next).catch((error: unknown) => this.#wait().reject(error));
    else next();
  }

  ended(): Soon<void> {
    if (!this.#hasEnded) return this.#wait().promise;
  }

  #wait(): PromiseWithResolvers<void> {
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting;
  }
}

/** What the library sees of every request, besides its method. */
class SeenRequest extends IncomingMessage {
  constructor() {
    super(new Socket());
    this.url = "/-";
    // Without a Depth it would throw and catch inside, on every request.
    this.headers = { depth: "0" };
  }
}

/** Where the library sets its headers; ours are set on the real answer. */
class UnusedAnswer extends ServerResponse {
  override setHeader(): this {
    return this;
  }

  override on(): this {
    return this;
  }
}

/**
 * Node looks through the call stack on each `url.parse`, the library's on every request, until it has warned once of a
 * caller outside node_modules. This is that call, without the warning and with no caller at all, for what is built lies
 * in node_modules too: nothing of ours parses anything with it.
 */
function warnOfUrlParseNever(): void {
  const before = process.noDeprecation ?? false;
  process.noDeprecation = true;
  Promise.resolve("/-")
    .then(parse)
    .finally(() => {
      process.noDeprecation = before;
    });
}

/** The one mount the library asks for; it is only ever asked for the type of its root. */
class RootOnly extends chassis.FileSystem {
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
    callback(undefined, chassis.ResourceType.Directory);
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
