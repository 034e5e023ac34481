import { parentPort } from "node:worker_threads";
import type { Logger } from "@relite/core/log";
import type { DavConfig } from "../config.ts";
import type { FromThread, ToThread } from "./messages.ts";
import { createForwardedLog } from "./thread-voice.ts";
import { errorToWire } from "./wire-error.ts";

export interface ThreadParts {
  readonly log: Logger;
  post(message: FromThread): void;
}

export interface RunningThread {
  readonly port: number;
  stop(): Promise<void>;
}

/** The life of a thread: starts, says so or why not, and stops when it is told to. */
export async function runThread(
  level: DavConfig["logLevel"],
  start: (parts: ThreadParts) => Promise<RunningThread>,
): Promise<void> {
  const main = parentPort;
  if (main === null) throw new Error("not a thread");
  const post = (message: FromThread) => main.postMessage(message);
  const log = createForwardedLog(level, post);
  // A net below the net: no request may end the thread. What it did not finish is not in the storage.
  process.on("uncaughtException", (err) => log.error({ err }, "unexpected error"));
  try {
    const { port, stop } = await start({ log, post });
    main.on("message", ({ kind }: ToThread) => {
      if (kind !== "stop") return;
      stop().then(
        () => {
          post({ kind: "stopped" });
          main.close();
        },
        (error: unknown) => {
          post({ kind: "failed", error: errorToWire(error) });
          main.close();
        },
      );
    });
    post({ kind: "ready", port });
  } catch (error) {
    post({ kind: "failed", error: errorToWire(error) });
    main.close();
  }
}
