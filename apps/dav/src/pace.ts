import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "@relite/core/clock";

/** Ends exchanges whose client hardly moves: a body trickled in, an answer hardly taken. */
export interface Pace {
  /** Watches an exchange until its answer is closed. */
  watch(req: IncomingMessage, res: ServerResponse): void;
  stop(): void;
}

interface Watched {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  sinceMs: number;
  readBytes: number;
  takenBytes: number;
}

const everyMs = 5_000;
const windowMs = 60_000;
/** 500 bytes a second: slower than any line, quicker than who only wants to hold a place. */
const leastBytes = 30_000;

/** Every minute of a body, and of an answer that waits to be taken, has to move 30,000 bytes; else the connection ends. */
export function startPace(clock: Clock): Pace {
  const watched = new Set<Watched>();
  const ending = new AbortController();
  const loop = async () => {
    for (;;) {
      await clock.sleep(everyMs, ending.signal);
      for (const exchange of watched) check(exchange, clock.nowMs());
    }
  };
  // It ends by being stopped, and in no other way.
  loop().catch(() => {});
  return {
    watch(req, res) {
      // What is taken of its answer counts from the first look.
      const exchange = { req, res, sinceMs: clock.nowMs(), readBytes: req.socket.bytesRead, takenBytes: -1 };
      watched.add(exchange);
      res.on("close", () => watched.delete(exchange));
    },
    stop: () => ending.abort(),
  };
}

function check(exchange: Watched, nowMs: number): void {
  const { req, res, sinceMs, readBytes, takenBytes } = exchange;
  if (takenBytes < 0)
    return void Object.assign(exchange, { sinceMs: nowMs, takenBytes: moved(req).takenBytes });
  if (nowMs - sinceMs < windowMs) return;
  const now = moved(req);
  if (isOwingBody(req) && now.readBytes - readBytes < leastBytes) endSlowBody(req, res);
  else if (isOwingReading(res) && now.takenBytes - takenBytes < leastBytes) req.socket.destroy();
  else Object.assign(exchange, { sinceMs: nowMs, ...now });
}

/** More is to come, and it is not we who keep it waiting. */
function isOwingBody(req: IncomingMessage): boolean {
  return !req.complete && !req.destroyed && req.readableLength === 0;
}

function isOwingReading({ socket }: ServerResponse): boolean {
  return socket !== null && socket.writableLength > 0;
}

function moved({ socket }: IncomingMessage) {
  return { readBytes: socket.bytesRead, takenBytes: socket.bytesWritten - socket.writableLength };
}

function endSlowBody(req: IncomingMessage, res: ServerResponse): void {
  if (!res.headersSent) req.socket.write("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n");
  req.socket.destroySoon();
}
