/** One of the threads that answer requests: it reads by itself, and has its writes done by the writer. */
import { workerData } from "node:worker_threads";
import { systemClock } from "@relite/core/clock";
import { collectDefaultMetrics, Registry } from "prom-client";
import { createContext, openReadStorage } from "../context.ts";
import { createHandler } from "../handler.ts";
import { openHttpServer } from "../http-server.ts";
import { createMetrics } from "../metrics.ts";
import { openOwnPuts } from "../storage/own-puts.ts";
import { createWriteTurns, turnOf } from "../storage/write-turns.ts";
import type { HttpThreadData } from "./messages.ts";
import { runThread } from "./run-thread.ts";
import { shareMetrics } from "./share-metrics.ts";
import { createForwardedAudit } from "./thread-voice.ts";
import { createWriteCaller } from "./write-caller.ts";

const { config, port, reusePort, thread, limits, turns, writer }: HttpThreadData = workerData;

await runThread(config.logLevel, async ({ log, post }) => {
  const caller = createWriteCaller(writer);
  const audit = createForwardedAudit(post);
  const reading = openReadStorage(config, caller.call);
  const puts = openOwnPuts({
    databaseFile: config.databaseFile,
    retention: config.retention,
    files: reading.blobs.files,
    nowMs: () => systemClock.nowMs(),
    steadyMs: () => performance.now(),
    turns: createWriteTurns(turns, turnOf(thread)),
    forward: reading.tree.put,
    askForCheckpoint: () => void reading.checkpoints.runWhenDue().catch(() => {}),
  });
  const storage = { ...reading, tree: { ...reading.tree, put: puts.put } };
  // Connections fall evenly enough on the threads.
  const maxConnections = Math.ceil(config.maxConnections / limits.threads);
  const http = await openHttpServer({ host: config.host, port, reusePort, maxConnections });
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  // What is the process's is the same in each thread, and would be added up.
  if (thread > 0)
    for (const { name } of registry.getMetricsAsArray())
      if (name.startsWith("process_")) registry.removeSingleMetric(name);
  const metrics = createMetrics(registry);
  const shared = shareMetrics({ metrics, port: http.port, threads: limits.threads, clock: systemClock });
  const parts = { log, audit, limits, thread, metrics, collectMetrics: shared.collect };
  const context = createContext(config, storage, http.port, parts);
  http.serve(createHandler(context), systemClock);
  return {
    port: http.port,
    stop: async () => {
      await http.stop(systemClock);
      shared.close();
      await audit.close();
      puts.close();
      storage.db.close();
      caller.close();
    },
  };
});
