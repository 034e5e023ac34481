import type { Clock } from "@relite/core/clock";
import {
  type ConnectionService,
  createConnectionService,
  createScheduler,
  createSyncWork,
} from "@relite/core/connections";
import type { SecretBox } from "@relite/core/crypto";
import { createJobRunner, type JobQueue } from "@relite/core/jobs";
import type { Logger } from "@relite/core/log";
import type { Fetch } from "../egress/guarded-fetch.ts";
import type { Storage } from "../storage.ts";
import { createOrderedIds } from "../store/ordered-id.ts";

export interface LibraryEngineParts {
  readonly storage: Pick<Storage, "connections" | "scans" | "proposals">;
  readonly queue: JobQueue;
  readonly fetch: Fetch;
  readonly secretBox: SecretBox;
  readonly clock: Clock;
  readonly log: Logger;
  readonly intervalMs: number;
  readonly maxConcurrency: number;
}

export interface LibraryEngine {
  readonly connections: ConnectionService;
  /** Waits until no job is queued or running. */
  drain(): Promise<void>;
  /** Takes nothing more, gives what runs back to the queue. */
  stop(): Promise<void>;
}

/** Connections, the scheduler that makes their syncs due (CN6) and the runner that does them, in this process. */
export function createLibraryEngine(given: LibraryEngineParts): LibraryEngine {
  const { storage, queue, clock, log, intervalMs } = given;
  const parts = {
    ...storage,
    queue,
    fetch: given.fetch,
    secretBox: given.secretBox,
    clock,
    log,
    intervalMs,
    random: Math.random,
    createId: createOrderedIds(clock, (length) => crypto.getRandomValues(new Uint8Array(length))),
  };
  const runner = createJobRunner({
    queue,
    work: createSyncWork(parts),
    clock,
    log,
    owner: crypto.randomUUID(),
    maxRunning: given.maxConcurrency,
  });
  const onEnqueued = () => runner.wake();
  const scheduler = createScheduler({ ...parts, onEnqueued });
  return {
    connections: createConnectionService({ ...parts, onEnqueued }),
    drain: () => runner.drain(),
    stop: async () => {
      await scheduler.stop();
      await runner.stop();
    },
  };
}
