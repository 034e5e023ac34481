import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "@relite/core/clock";
import type { Carried, Exchange, ExchangeEnd } from "./exchange.ts";

export interface OpenExchangeParts {
  readonly newId: () => string;
  readonly clock: Clock;
  /** Told once of each exchange, when its answer is sent or its connection gone. */
  onEnd(exchange: Exchange, end: ExchangeEnd): void;
}

/** Makes of each request the exchange it begins. */
export function createOpenExchange({ newId, clock, onEnd }: OpenExchangeParts) {
  // A request's head is read before it is told of: what it took counts from the end of the one before.
  const carriedBySocket = new WeakMap<Socket, Carried>();
  return (req: IncomingMessage, res: ServerResponse): Exchange => {
    // Kept: a request whose connection broke has lost its own.
    const { socket } = req;
    const carried = carriedBySocket.get(socket) ?? nothingCarried;
    const exchange: Exchange = {
      id: newId(),
      startedMs: clock.nowMs(),
      carried,
      req,
      res,
      socket,
      dav: null,
      identity: null,
      subject: null,
      caller: null,
      needed: nothingNeeded,
      code: null,
    };
    // A failure of the connection is told to whoever writes; without a listener it would end the process.
    res.on("error", ignore);
    res.on("close", () => {
      const now = { bytesIn: socket.bytesRead, bytesOut: socket.bytesWritten };
      carriedBySocket.set(socket, now);
      onEnd(exchange, endOf(exchange, clock.nowMs(), now));
    });
    return exchange;
  };
}

const nothingCarried: Carried = { bytesIn: 0, bytesOut: 0 };
const nothingNeeded: Exchange["needed"] = [];

function endOf({ startedMs, carried }: Exchange, nowMs: number, { bytesIn, bytesOut }: Carried): ExchangeEnd {
  return {
    nowMs,
    ms: nowMs - startedMs,
    bytesIn: bytesIn - carried.bytesIn,
    bytesOut: bytesOut - carried.bytesOut,
  };
}

function ignore(): void {}
