/** The one thread that writes: it has the folder, the writing connection, the commit queue and the collection of garbage. */
import { workerData } from "node:worker_threads";
import { systemClock } from "@relite/core/clock";
import { startCollecting } from "../garbage.ts";
import { listWrites } from "../storage/ports.ts";
import { takeStorage } from "../storage/take-storage.ts";
import type { WriterData } from "./messages.ts";
import { runThread } from "./run-thread.ts";
import { createWriteDesk } from "./write-desk.ts";

const { config }: WriterData = workerData;

await runThread(config.logLevel, async ({ log, listen }) => {
  const { storage, release } = await takeStorage(config, { log });
  const desk = createWriteDesk(listWrites(storage));
  listen((message) => {
    if (message.kind === "caller") desk.serve(message.port);
  });
  const collecting = startCollecting({ storage, clock: systemClock, log, config });
  return {
    port: 0,
    stop: async () => {
      await collecting.stop();
      await desk.idle();
      release();
    },
  };
});
