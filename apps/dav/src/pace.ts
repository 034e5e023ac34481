import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "@relite/core/clock";

/** Ends exchanges whose client hardly moves: a body trickled in, an answer hardly taken. */
export interface Pace {
  /** Watches an exchange until it is over. */
  watch(req: IncomingMessage, res: ServerResponse): void;
  stop(): void;
}

/** A connection and what runs on it: one object for all its requests, for there are many. */
interface Line {
  readonly socket: Socket;
  /** The latest; null when it was over at the last look. */
  latest: { readonly req: IncomingMessage; readonly res: ServerResponse } | null;
  sinceMs: number;
  readBytes: number;
  /** Null before the first look. */
  takenBytes: number | null;
}

const everyMs = 5_000;
const windowMs = 60_000;
/** 500 bytes a second: slower than any line, quicker than who only wants to hold a place. */
const leastBytes = 30_000;

/** Every minute of a body, and of an answer that waits to be taken, has to move 30,000 bytes; else the connection ends. */
export function startPace(clock: Clock): Pace {
  const lineBySocket = new Map<Socket, Line>();
  const ending = new AbortController();
  // Time as it passes here: none while the process was stopped or the machine slept, nor when the clock is set.
  let passedMs = 0;
  const loop = async () => {
    for (let beforeMs = clock.nowMs(); ; beforeMs = clock.nowMs()) {
      await clock.sleep(everyMs, ending.signal);
      passedMs += Math.min(Math.max(0, clock.nowMs() - beforeMs), 2 * everyMs);
      for (const line of lineBySocket.values()) check(line, passedMs);
    }
  };
  // It ends by being stopped, and in no other way.
  loop().catch(() => {});

  function openLine(socket: Socket): Line {
    const line = { socket, latest: null, sinceMs: 0, readBytes: 0, takenBytes: null };
    lineBySocket.set(socket, line);
    socket.once("close", () => lineBySocket.delete(socket));
    return line;
  }

  return {
    watch(req, res) {
      const { socket } = req;
      const line = lineBySocket.get(socket) ?? openLine(socket);
      // Who sends the next request before the answer is taken gains no time by it.
      if (line.latest === null || isOver(line.latest)) {
        line.sinceMs = passedMs;
        line.readBytes = socket.bytesRead;
        line.takenBytes = null;
      }
      line.latest = { req, res };
    },
    stop: () => ending.abort(),
  };
}

function check(line: Line, nowMs: number): void {
  const { socket, latest, sinceMs, readBytes, takenBytes } = line;
  if (latest === null) return;
  if (isOver(latest)) {
    line.latest = null;
    return;
  }
  const nowTaken = socket.bytesWritten - socket.writableLength;
  if (takenBytes !== null && nowMs - sinceMs < windowMs) return;
  if (takenBytes !== null) {
    if (isOwingBody(latest.req) && socket.bytesRead - readBytes < leastBytes) endSlowBody(latest);
    else if (socket.writableLength > 0 && nowTaken - takenBytes < leastBytes) socket.destroy();
    line.readBytes = socket.bytesRead;
  }
  line.sinceMs = nowMs;
  line.takenBytes = nowTaken;
}

function isOver({ req, res }: NonNullable<Line["latest"]>): boolean {
  return res.closed || (res.writableFinished && req.complete);
}

/** More is to come, and it is not we who keep it waiting. */
function isOwingBody(req: IncomingMessage): boolean {
  return !req.complete && !req.destroyed && req.readableLength === 0;
}

function endSlowBody({ req, res }: NonNullable<Line["latest"]>): void {
  if (!res.headersSent) req.socket.write("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n");
  req.socket.destroySoon();
}
