/**
 * `idle` nothing was tried yet · `checking` asking the server · `down`, `up` so many changes that way ·
 * `waiting` for a reply to finish · `offline` could not reach or the server failed · `attention` a person must decide
 * or repair · `done` the server confirmed everything.
 */
export type SyncPhase = "idle" | "checking" | "down" | "up" | "waiting" | "offline" | "attention" | "done";

export interface SyncStatus {
  readonly phase: SyncPhase;
  readonly up: number;
  readonly down: number;
  /** Changes held back while a reply is being written. */
  readonly held: number;
  /** Lanes of other devices that could not be read to their end yet. */
  readonly behind: number;
  /** Stable code of what is wrong: `remote_empty`, `newer_version`, or the code or reason of the error. */
  readonly reason: string | null;
  /** When the server last confirmed that nothing was left to send. */
  readonly lastDoneMs: number | null;
}

export interface StatusSource {
  current(): SyncStatus;
  /** Calls back after each change; returns the way to stop. */
  subscribe(listener: () => void): () => void;
}

export interface StatusBoard extends StatusSource {
  set(change: Partial<SyncStatus>): SyncStatus;
}

export function createStatusBoard(): StatusBoard {
  const listeners = new Set<() => void>();
  let status: SyncStatus = {
    phase: "idle",
    up: 0,
    down: 0,
    held: 0,
    behind: 0,
    reason: null,
    lastDoneMs: null,
  };
  return {
    current: () => status,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set: (change) => {
      status = { ...status, ...change };
      for (const listener of listeners) listener();
      return status;
    },
  };
}
