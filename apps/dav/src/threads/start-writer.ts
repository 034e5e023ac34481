import type { MessagePort } from "node:worker_threads";
import { systemClock } from "@relite/core/clock";
import type { Logger } from "@relite/core/log";
import type { DavConfig } from "../config.ts";
import { startCollecting } from "../garbage.ts";
import { listWrites } from "../storage/ports.ts";
import { takeStorage } from "../storage/take-storage.ts";
import type { WriteTurns } from "../storage/write-turns.ts";
import { createWriteDesk } from "./write-desk.ts";

export interface Writer {
  /** Does the writes that come in through a port. */
  serve(port: MessagePort): void;
  /** Finishes what came in, then lets go of the folder. */
  stop(): Promise<void>;
}

/** All that writes: the folder, the writing connection, the commit queue and the collection of garbage. */
export async function startWriter(
  config: DavConfig,
  { log, turns }: { log: Logger; turns: WriteTurns },
): Promise<Writer> {
  const { storage, release } = await takeStorage(config, { log, turns });
  const desk = createWriteDesk(listWrites(storage));
  const collecting = startCollecting({ storage, clock: systemClock, log, config });
  return {
    serve: desk.serve,
    stop: async () => {
      await collecting.stop();
      await desk.idle();
      release();
    },
  };
}
