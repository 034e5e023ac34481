import type { Clock } from "../clock/index.ts";

/** One request as a person may see it: never a header, a body, a query or a token. */
export interface LoggedRequest {
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  /** Null when no answer came. */
  readonly status: number | null;
  readonly ms: number;
}

export interface RequestLog {
  /** A fetch that notes each request. */
  wrap(fetch: typeof globalThis.fetch): typeof globalThis.fetch;
  /** Newest last, bounded. */
  entries(): readonly LoggedRequest[];
  /** The `Date` of the last answer that had one, as epoch milliseconds at the middle of its second. */
  serverDateMs(): number | null;
  subscribe(listener: () => void): () => void;
}

/** What the settings page shows of the last requests (SY10), and how the client learns the server's time. */
export function createRequestLog(clock: Clock, maxEntries = 100): RequestLog {
  const listeners = new Set<() => void>();
  let entries: readonly LoggedRequest[] = [];
  let dateMs: number | null = null;
  const note = (entry: LoggedRequest) => {
    entries = [...entries, entry].slice(-maxEntries);
    for (const listener of listeners) listener();
  };
  return {
    wrap: (fetch) => async (input, init) => {
      const atMs = clock.nowMs();
      const request = { atMs, method: methodOf(input, init), path: pathOf(input) };
      try {
        const response = await fetch(input, init);
        const headerMs = Date.parse(response.headers.get("date") ?? "");
        dateMs = Number.isNaN(headerMs) ? null : headerMs + 500;
        note({ ...request, status: response.status, ms: clock.nowMs() - atMs });
        return response;
      } catch (error) {
        note({ ...request, status: null, ms: clock.nowMs() - atMs });
        throw error;
      }
    },
    entries: () => entries,
    serverDateMs: () => dateMs,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function methodOf(input: RequestInfo | URL, init: RequestInit | undefined): string {
  return (init?.method ?? (input instanceof Request ? input.method : "GET")).toUpperCase();
}

function pathOf(input: RequestInfo | URL): string {
  const url = input instanceof Request ? input.url : String(input);
  return URL.parse(url, "http://relative.invalid")?.pathname ?? "";
}
