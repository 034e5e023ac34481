import type { JobQueue } from "@relite/core/jobs";

/** Tells listeners in this process that some job of a user changed. */
export interface JobBus {
  publish(userId: string): void;
  /** The next change from now on; `forget` when nobody waits for it any more. */
  nextChange(userId: string): { readonly happened: Promise<void>; forget(): void };
}

export function createJobBus(): JobBus {
  const listenersByUser = new Map<string, Set<() => void>>();
  return {
    publish: (userId) => {
      const listeners = listenersByUser.get(userId);
      listenersByUser.delete(userId);
      for (const tell of listeners ?? []) tell();
    },
    nextChange: (userId) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const listeners = listenersByUser.get(userId) ?? new Set();
      listenersByUser.set(userId, listeners.add(resolve));
      const forget = () => {
        listeners.delete(resolve);
        if (listeners.size === 0 && listenersByUser.get(userId) === listeners) listenersByUser.delete(userId);
      };
      return { happened: promise, forget };
    },
  };
}

/** The same queue; every change of a row is published once it is made. */
export function publishChanges(queue: JobQueue, bus: JobBus): JobQueue {
  const after =
    <Arguments extends readonly [string, ...unknown[]], Result>(
      change: (...args: Arguments) => Promise<Result>,
    ) =>
    async (...args: Arguments): Promise<Result> => {
      const result = await change(...args);
      bus.publish(args[0]);
      return result;
    };
  return {
    get: (userId, id) => queue.get(userId, id),
    list: (userId, query) => queue.list(userId, query),
    prune: (beforeMs) => queue.prune(beforeMs),
    enqueue: after((userId: string, job: Parameters<JobQueue["enqueue"]>[1]) => queue.enqueue(userId, job)),
    requestCancel: after((userId: string, id: string, nowMs: number) =>
      queue.requestCancel(userId, id, nowMs),
    ),
    heartbeat: after((userId: string, id: string, beat: Parameters<JobQueue["heartbeat"]>[2]) =>
      queue.heartbeat(userId, id, beat),
    ),
    finish: after((userId: string, id: string, outcome: Parameters<JobQueue["finish"]>[2]) =>
      queue.finish(userId, id, outcome),
    ),
    release: after((userId: string, id: string, owner: string) => queue.release(userId, id, owner)),
    claim: async (request) => {
      const job = await queue.claim(request);
      if (job !== null) bus.publish(job.userId);
      return job;
    },
  };
}
