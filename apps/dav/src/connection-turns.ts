import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

type Handle = (req: IncomingMessage, res: ServerResponse) => void;

/** Keeps apart what a client sends on one connection before it has its answer. */
export interface ConnectionTurns {
  /** Handles a request when those before it on its connection are answered (RFC 9112 §9.3.2: what is written is read after it). */
  take(req: IncomingMessage, res: ServerResponse, handle: Handle): void;
  /** Runs when the answers to the whole requests before are sent: what comes then is for what followed them. */
  afterAnswers(socket: Duplex, say: () => void): void;
}

export function createConnectionTurns(): ConnectionTurns {
  const lastBySocket = new WeakMap<Duplex, ServerResponse>();
  return {
    take(req, res, handle) {
      lastBySocket.set(req.socket, res);
      // Node gives an answer its socket when those before it have left; on a connection that ends, never.
      if (res.socket !== null) handle(req, res);
      else res.once("socket", () => handle(req, res));
    },
    afterAnswers(socket, say) {
      const last = lastBySocket.get(socket);
      if (last === undefined || !last.req.complete || last.writableFinished) say();
      else last.once("finish", say);
    },
  };
}
