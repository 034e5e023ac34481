import type { Clock } from "../clock/index.ts";
import type { SyncEngine } from "./engine.ts";
import { type SyncStore, wholeTable } from "./store.ts";

/** Why a round is due: the app started, the tab is looked at again, the network is back. Changes are noticed by themselves. */
export type SyncTrigger = "start" | "visible" | "online";

export interface AutoSyncOptions {
  readonly engine: SyncEngine;
  readonly clock: Clock;
  readonly store: SyncStore;
  readonly intervalMs?: number;
  readonly debounceMs?: number;
  /** After this long of ceaseless changes a round runs anyway. */
  readonly maxDelayMs?: number;
}

export interface AutoSync {
  trigger(reason: SyncTrigger): void;
  /** Off keeps triggers from doing anything; on counts as a start. */
  setEnabled(isEnabled: boolean): void;
  /** Stops all timers and aborts a running round. */
  close(): void;
}

/**
 * Decides when rounds run by themselves (SY6): a quiet moment after a change, at once after a trigger, and every few
 * minutes. While a reply is being written nothing runs; its end is a change like any other.
 */
export function createAutoSync(options: AutoSyncOptions): AutoSync {
  const { engine, clock, store } = options;
  const { intervalMs = 180_000, debounceMs = 2_000, maxDelayMs = 15_000 } = options;
  const closing = new AbortController();
  let isEnabled = true;
  let timer = new AbortController();
  let firstChangeMs: number | null = null;
  let isRunning = false;
  let isDueAgain = false;

  const schedule = (ms: number) => {
    timer.abort();
    if (!isEnabled || closing.signal.aborted) return;
    timer = new AbortController();
    clock.sleep(ms, AbortSignal.any([timer.signal, closing.signal])).then(run, () => undefined);
  };
  const run = async (): Promise<void> => {
    if (isRunning) {
      isDueAgain = true;
      return;
    }
    isRunning = true;
    isDueAgain = false;
    firstChangeMs = null;
    try {
      if (await isStreaming(store)) engine.noteWaiting();
      else await engine.syncNow(closing.signal);
    } finally {
      const isLeft = engine.status.current().phase === "done" && (await hasDrafts(store));
      isRunning = false;
      schedule(isDueAgain || isLeft ? debounceMs : intervalMs);
    }
  };
  const noteChange = () => {
    firstChangeMs ??= clock.nowMs();
    schedule(Math.max(0, Math.min(debounceMs, firstChangeMs + maxDelayMs - clock.nowMs())));
  };
  const unsubscribe = store.onCommit((tables) => {
    // A round empties the outbox itself; what it leaves there is seen at its end.
    if (!isRunning && (tables.has("drafts") || tables.has("live"))) noteChange();
  });
  return {
    trigger: () => schedule(0),
    setEnabled: (enabled) => {
      isEnabled = enabled;
      schedule(0);
    },
    close: () => {
      unsubscribe();
      closing.abort(new DOMException("Sync was closed.", "AbortError"));
    },
  };
}

async function isStreaming(store: SyncStore): Promise<boolean> {
  const live = await store.read((reader) => reader.list("live", wholeTable));
  return live.some(({ value }) => value.isStreaming);
}

async function hasDrafts(store: SyncStore): Promise<boolean> {
  return (await store.read((reader) => reader.list("drafts", { ...wholeTable, limit: 1 }))).length > 0;
}
