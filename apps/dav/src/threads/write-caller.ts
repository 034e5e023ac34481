import type { MessagePort } from "node:worker_threads";
import { ReliteError } from "@relite/core/errors";
import type { CallWriter } from "../storage/forward-writes.ts";
import type { Answer, Call } from "./messages.ts";
import { wireToError } from "./wire-error.ts";

export interface WriteCaller {
  readonly call: CallWriter;
  close(): void;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The end of a thread that answers requests: its writes of one turn travel as one message. */
export function createWriteCaller(port: MessagePort): WriteCaller {
  const waitingById = new Map<number, Waiting>();
  let batch: Call[] = [];
  let lastId = 0;
  let isGone = false;

  const settle = (id: number, use: (waiting: Waiting) => void) => {
    const waiting = waitingById.get(id);
    waitingById.delete(id);
    if (waiting !== undefined) use(waiting);
  };
  const post = (calls: readonly Call[]) => {
    try {
      port.postMessage(calls);
    } catch (cause) {
      // Something in it cannot cross: a mistake of ours, of which the others must not suffer.
      if (calls.length > 1) for (const call of calls) post([call]);
      else
        for (const { id } of calls)
          settle(id, ({ reject }) => reject(new Error("not plain data", { cause })));
    }
  };
  const send = () => {
    const calls = batch;
    batch = [];
    post(calls);
  };

  port.on("message", (answers: readonly Answer[]) => {
    for (const answer of answers) {
      settle(answer.id, ({ resolve, reject }) =>
        "error" in answer ? reject(wireToError(answer.error)) : resolve(answer.result),
      );
    }
  });
  port.on("close", () => {
    isGone = true;
    for (const id of [...waitingById.keys()]) settle(id, ({ reject }) => reject(gone()));
  });

  return {
    call: (name, method, args) =>
      new Promise((resolve, reject) => {
        if (isGone) return reject(gone());
        lastId += 1;
        waitingById.set(lastId, { resolve, reject });
        if (batch.length === 0) setImmediate(send);
        batch.push({ id: lastId, port: name, method, args });
      }),
    close: () => port.close(),
  };
}

/** Whether the write was done is not known: the client has to look. */
function gone(): ReliteError {
  return new ReliteError("unavailable", "The server is stopping", { reason: "stopping" });
}
