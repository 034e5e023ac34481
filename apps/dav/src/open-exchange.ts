import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "@relite/core/clock";
import type { Exchange, ExchangeEnd } from "./exchange.ts";

export interface OpenExchangeParts {
  readonly newId: () => string;
  readonly clock: Clock;
  /** Told once of each exchange, when its answer is sent or its connection gone. */
  onEnd(exchange: Exchange, end: ExchangeEnd): void;
}

/** What a connection has carried up to the end of its last exchange, in bytes. */
interface Carried {
  bytesIn: number;
  bytesOut: number;
}

/** Makes of each request the exchange it begins. */
export function createOpenExchange({ newId, clock, onEnd }: OpenExchangeParts) {
  // A request's head is read before it is told of: what it took counts from the end of the one before.
  const carriedBySocket = new WeakMap<Socket, Carried>();

  function carriedBy(socket: Socket): Carried {
    const known = carriedBySocket.get(socket);
    if (known !== undefined) return known;
    const carried = { bytesIn: 0, bytesOut: 0 };
    carriedBySocket.set(socket, carried);
    return carried;
  }

  return (req: IncomingMessage, res: ServerResponse): Exchange => {
    // Kept: a request whose connection broke has lost its own.
    const { socket } = req;
    const carried = carriedBy(socket);
    const exchange: Exchange = {
      id: newId(),
      startedMs: clock.nowMs(),
      bytesInBefore: carried.bytesIn,
      bytesOutBefore: carried.bytesOut,
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
      carried.bytesIn = socket.bytesRead;
      carried.bytesOut = socket.bytesWritten;
      const nowMs = clock.nowMs();
      onEnd(exchange, {
        nowMs,
        ms: nowMs - exchange.startedMs,
        bytesIn: carried.bytesIn - exchange.bytesInBefore,
        bytesOut: carried.bytesOut - exchange.bytesOutBefore,
      });
    });
    return exchange;
  };
}

const nothingNeeded: Exchange["needed"] = [];

function ignore(): void {}
