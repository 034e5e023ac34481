import type { Clock } from "../clock/index.ts";
import { isReliteError } from "../errors/index.ts";
import { verifySignature } from "../ucan/index.ts";
import type { TailSigner, VerifySignature } from "./codec.ts";
import type { Locks } from "./locks.ts";
import { gzipPacking, type Packing } from "./packing.ts";
import { defaultLimits, type SyncLimits } from "./parts.ts";
import type { LaneRemote } from "./remote.ts";
import { type RunReport, runSync } from "./run.ts";
import { createStatusBoard, type StatusSource, type SyncStatus } from "./status.ts";
import type { SyncStore } from "./store.ts";

export interface SyncEngineOptions {
  readonly store: SyncStore;
  readonly remote: LaneRemote;
  readonly clock: Clock;
  /** Numbers in [0, 1), of cryptographic quality outside tests: lanes and attempts are named by it. */
  readonly random: () => number;
  readonly locks: Locks;
  /** Signs this device's tails; null leaves them unsigned. */
  readonly signer: TailSigner | null;
  readonly verifySignature?: VerifySignature;
  /** Called when the server found the token too old or too new; the round is then tried once more. */
  readonly renewToken?: () => void;
  readonly packing?: Packing;
  readonly limits?: Partial<SyncLimits>;
}

export interface SyncEngine {
  /**
   * One round with the server; answers the status it ended with and never rejects. While another tab syncs it does
   * nothing. An aborted round ends as `offline`; what it did stays done.
   */
  syncNow(signal?: AbortSignal): Promise<SyncStatus>;
  /** Answers the question `remote_empty`: fills the empty server from this device. */
  publishAgain(signal?: AbortSignal): Promise<SyncStatus>;
  /** Shows that changes wait for a reply to finish, while automatic rounds are held off. */
  noteWaiting(): void;
  readonly status: StatusSource;
}

const lockName = "relite-sync";
/** What a retry cannot cure: a person must look. */
const attentionReasons: ReadonlySet<string> = new Set([
  "unauthorized",
  "forbidden",
  "insufficient",
  "insufficient_storage",
  "too_large",
  "locked",
  "credentials_refused",
  "not_webdav",
  "redirected",
  "unexpected_status",
]);

export function createSyncEngine(options: SyncEngineOptions): SyncEngine {
  const { store, remote, clock, random, locks, signer } = options;
  const board = createStatusBoard();
  const parts = {
    store,
    remote,
    clock,
    random,
    signer,
    verify: options.verifySignature ?? verifySignature,
    packing: options.packing ?? gzipPacking,
    limits: { ...defaultLimits, ...options.limits },
  };
  const run = (mayFillEmpty: boolean, signal: AbortSignal): Promise<RunReport> =>
    runSync({ ...parts, signal }, mayFillEmpty, (direction, ops) => {
      if (ops > 0) board.set({ phase: direction, [direction]: ops });
    });
  const round = async (mayFillEmpty: boolean, signal: AbortSignal): Promise<SyncStatus> => {
    board.set({ phase: "checking", up: 0, down: 0, reason: null });
    try {
      const report = await run(mayFillEmpty, signal).catch((error: unknown) => {
        if (options.renewToken === undefined || !isStaleToken(error)) throw error;
        options.renewToken();
        return run(mayFillEmpty, signal);
      });
      return board.set(statusOf(report, clock.nowMs()));
    } catch (error) {
      return board.set(statusOfError(error));
    }
  };
  const locked = async (mayFillEmpty: boolean, signal = new AbortController().signal) =>
    (await locks.tryRun(lockName, () => round(mayFillEmpty, signal))) ?? board.current();
  return {
    syncNow: (signal) => locked(false, signal),
    publishAgain: (signal) => locked(true, signal),
    noteWaiting: () => {
      board.set({ phase: "waiting" });
    },
    status: { current: board.current, subscribe: board.subscribe },
  };
}

function statusOf(report: RunReport, nowMs: number): Partial<SyncStatus> {
  const { up, down, held, behind } = report;
  if (report.outcome === "ask") return { phase: "attention", reason: "remote_empty" };
  if (report.hasNewer) return { phase: "attention", reason: "newer_version", up, down, held, behind };
  if (held > 0) return { phase: "waiting", up, down, held, behind };
  return { phase: "done", up, down, held, behind, lastDoneMs: nowMs };
}

/** What the server says of the refusal goes before how it refused. */
function statusOfError(error: unknown): Partial<SyncStatus> {
  if (!isReliteError(error)) return { phase: "offline", reason: "unreachable" };
  const plain = error.reason ?? error.code;
  const { problemReason, problemCode } = error.details;
  const reason = [problemReason, problemCode, plain].find((text) => typeof text === "string") ?? plain;
  const needsPerson = attentionReasons.has(plain) || attentionReasons.has(error.code);
  return { phase: needsPerson ? "attention" : "offline", reason: String(reason) };
}

/** All three are cured by a new token made with the server's time. */
const staleReasons: ReadonlySet<string> = new Set(["expired", "not_yet_valid", "lifetime_too_long"]);

function isStaleToken(error: unknown): boolean {
  if (!isReliteError(error)) return false;
  const { problemReason } = error.details;
  return staleReasons.has(String(problemReason));
}
