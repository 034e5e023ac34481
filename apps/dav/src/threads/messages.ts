import type { MessagePort } from "node:worker_threads";
import type { DavConfig } from "../config.ts";
import type { LimitMemory } from "../limits.ts";
import type { WireError } from "./wire-error.ts";

/** What a thread that answers requests begins with. */
export interface HttpThreadData {
  readonly config: DavConfig;
  readonly port: number;
  readonly reusePort: boolean;
  readonly thread: number;
  readonly limits: LimitMemory;
  /** To write by itself. */
  readonly turns: SharedArrayBuffer;
  /** To the writer. */
  readonly writer: MessagePort;
}

/** From the main thread. */
export interface ToThread {
  readonly kind: "stop";
}

/** To the main thread. */
export type FromThread =
  | { readonly kind: "ready"; readonly port: number }
  | { readonly kind: "failed"; readonly error: WireError }
  | { readonly kind: "stopped" }
  | LogMessage
  | { readonly kind: "audit"; readonly lines: string };

export interface LogMessage {
  readonly kind: "log";
  readonly level: "debug" | "info" | "warn" | "error";
  /** The fields as JSON. */
  readonly fields: string;
  readonly message: string;
}

/** A write on its way to the writer, and what became of it. */
export interface Call {
  readonly id: number;
  readonly port: string;
  readonly method: string;
  readonly args: readonly unknown[];
}

export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: WireError };
