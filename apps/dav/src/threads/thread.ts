import { extname } from "node:path";
import { type Transferable, Worker } from "node:worker_threads";
import type { Logger } from "@relite/core/log";
import type { AuditFile } from "../audit-file.ts";
import type { FromThread, HttpThreadData, ToThread } from "./messages.ts";
import { wireToError } from "./wire-error.ts";

export interface Thread {
  /** It listens on. */
  readonly port: number;
  /** Has it finish what runs; rejects when it cannot end in order. */
  stop(): Promise<void>;
}

export interface ThreadSetup {
  readonly name: string;
  readonly data: HttpThreadData;
  readonly transfer: readonly Transferable[];
}

export interface ThreadEnds {
  readonly log: Logger;
  readonly audit: AuditFile;
  /** It ended without having been told to. */
  onLost(error: Error): void;
}

/**
 * Left alone, each thread's nursery grows to 32 MiB under load, and the rest of its heap to the gigabytes that half of the
 * machine has. Bounded, V8 also collects sooner what requests have left; a thread that needs more is replaced.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 256 };

/** Starts a thread that answers requests, by the module beside this one, built or not; resolves when it is ready, rejects with what kept it from starting. */
export function startThread({ name, data, transfer }: ThreadSetup, ends: ThreadEnds): Promise<Thread> {
  const { log, audit } = ends;
  const worker = new Worker(new URL(`./http-thread${extname(import.meta.filename)}`, import.meta.url), {
    name,
    workerData: data,
    transferList: [...transfer],
    resourceLimits,
  });
  return new Promise((resolve, reject) => {
    let state: "starting" | "ready" | "stopping" = "starting";
    let failure: Error | null = null;
    const ended = new Promise<void>((resolveEnd, rejectEnd) => {
      worker.on("exit", () => {
        const error = failure ?? (state === "stopping" ? null : new Error(`the thread ${name} ended`));
        if (state === "starting") reject(error);
        if (state === "ready" && error !== null) ends.onLost(error);
        if (error === null || state === "starting") resolveEnd();
        else rejectEnd(error);
      });
    });
    // Who stops it is told; else `onLost` was.
    ended.catch(() => {});
    worker.on("error", (error) => {
      failure = error instanceof Error ? error : new Error(String(error));
    });
    worker.on("message", (message: FromThread) => {
      if (message.kind === "log") log[message.level](JSON.parse(message.fields), message.message);
      if (message.kind === "audit") audit.append(message.lines);
      if (message.kind === "failed") failure = wireToError(message.error);
      // It said its last: whatever is still open in it must not keep it.
      if (message.kind === "failed" || message.kind === "stopped") void worker.terminate();
      if (message.kind !== "ready") return;
      state = "ready";
      resolve({
        port: message.port,
        stop: () => {
          if (state === "ready") worker.postMessage({ kind: "stop" } satisfies ToThread);
          state = "stopping";
          return ended;
        },
      });
    });
  });
}
