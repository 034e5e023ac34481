import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

type Handle = (req: IncomingMessage, res: ServerResponse) => void;

/** Keeps apart what a client sends on one connection before it has its answer. */
export interface ConnectionTurns {
  /**
   * Handles a request when those before it on its connection are answered (RFC 9112 §9.3.2: what is written is read after
   * it). A connection on which too many wait is cut.
   */
  take(req: IncomingMessage, res: ServerResponse, handle: Handle): void;
  /** Runs when the answers to the whole requests before are sent: what comes then is for what followed them. */
  afterAnswers(socket: Duplex, say: () => void): void;
}

// More than any client sends ahead; behind one slow request, as many as the line carries would fill the memory.
const maxWaiting = 128;

export function createConnectionTurns(): ConnectionTurns {
  const lastBySocket = new WeakMap<Duplex, ServerResponse>();
  const waitingBySocket = new WeakMap<Duplex, number>();

  function wait({ socket }: IncomingMessage, res: ServerResponse, handle: () => void): void {
    const waiting = (waitingBySocket.get(socket) ?? 0) + 1;
    if (waiting > maxWaiting) return void socket.destroy();
    waitingBySocket.set(socket, waiting);
    // Node gives an answer its socket when those before it have left; on a connection that ends, never.
    res.once("socket", () => {
      waitingBySocket.set(socket, (waitingBySocket.get(socket) ?? 1) - 1);
      handle();
    });
  }

  return {
    take(req, res, handle) {
      lastBySocket.set(req.socket, res);
      if (res.socket !== null) handle(req, res);
      else wait(req, res, () => handle(req, res));
    },
    afterAnswers(socket, say) {
      const last = lastBySocket.get(socket);
      if (last === undefined || !last.req.complete || last.writableFinished) say();
      else last.once("finish", say);
    },
  };
}
