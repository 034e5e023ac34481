import { BroadcastChannel } from "node:worker_threads";
import type { Clock } from "@relite/core/clock";
import type { Metrics } from "../metrics.ts";

export interface SharedMetrics {
  /** What each thread has counted, this one's first; one that does not answer within a second is left out. */
  collect(): Promise<readonly object[]>;
  close(): void;
}

export interface Sharing {
  readonly metrics: Metrics;
  /** Distinguishes the servers of one process. */
  readonly port: number;
  readonly threads: number;
  readonly clock: Clock;
}

type Said =
  | { readonly kind: "ask"; readonly question: string }
  | { readonly kind: "tell"; readonly question: string; readonly counted: object };

const patienceMs = 1_000;

/** Lets any of the threads that answer requests say what all of them have counted. */
export function shareMetrics({ metrics, port, threads, clock }: Sharing): SharedMetrics {
  const channel = new BroadcastChannel(`relite-dav-metrics-${port}`);
  const waiting = new Map<string, (counted: object) => void>();
  const answer = async (question: string) =>
    channel.postMessage({ kind: "tell", question, counted: await metrics.collect() } satisfies Said);
  channel.onmessage = ({ data }: { readonly data: unknown }) => {
    // Only threads of this process are on the channel.
    const said = data as Said;
    if (said.kind === "ask") answer(said.question).catch(() => {});
    else waiting.get(said.question)?.(said.counted);
  };
  channel.unref();
  return {
    async collect() {
      const question = crypto.randomUUID();
      const told: object[] = [await metrics.collect()];
      if (threads === 1) return told;
      const complete = Promise.withResolvers<void>();
      waiting.set(question, (counted) => {
        told.push(counted);
        if (told.length === threads) complete.resolve();
      });
      const enough = new AbortController();
      channel.postMessage({ kind: "ask", question } satisfies Said);
      await Promise.race([complete.promise, clock.sleep(patienceMs, enough.signal).catch(() => {})]);
      enough.abort();
      waiting.delete(question);
      return told;
    },
    close: () => channel.close(),
  };
}
