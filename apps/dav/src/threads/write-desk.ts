import type { MessagePort } from "node:worker_threads";
import type { WriteTable } from "../storage/forward-writes.ts";
import { storageError } from "../storage/storage-errors.ts";
import type { Answer, Call } from "./messages.ts";
import { errorToWire } from "./wire-error.ts";

export interface WriteDesk {
  /** Does what comes in through a port, and answers there. */
  serve(port: MessagePort): void;
  /** Resolves when everything that came in is done. */
  idle(): Promise<void>;
}

/** The writer's end: does the writes of all threads. What one commit ended is answered in one message. */
export function createWriteDesk(table: WriteTable): WriteDesk {
  const running = new Set<Promise<void>>();

  async function run({ id, port, method, args }: Call): Promise<Answer> {
    try {
      const write = table.get(port)?.get(method);
      if (write === undefined) throw new Error(`no such write: ${port}.${method}`);
      return { id, result: await write(...args) };
    } catch (error) {
      return { id, error: errorToWire(storageError(error)) };
    }
  }

  return {
    serve(port) {
      let answers: Answer[] = [];
      const send = () => {
        const ended = answers;
        answers = [];
        post(port, ended);
      };
      port.on("message", (calls: readonly Call[]) => {
        for (const call of calls) {
          const done = run(call).then((answer) => {
            running.delete(done);
            // After all others that the same commit ended.
            if (answers.length === 0) queueMicrotask(send);
            answers.push(answer);
          });
          running.add(done);
        }
      });
    },
    idle: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

/** What cannot cross is a mistake of ours: of all that one commit ended, only that is told as a failure. */
function post(port: MessagePort, answers: readonly Answer[]): void {
  try {
    port.postMessage(answers);
  } catch (cause) {
    if (answers.length > 1) for (const answer of answers) post(port, [answer]);
    else
      for (const { id } of answers)
        port.postMessage([{ id, error: errorToWire(new Error("not plain data", { cause })) }]);
  }
}
