import { systemClock } from "@relite/core/clock";
import type { DavConfig } from "./config.ts";
import { createContext, type DavParts } from "./context.ts";
import { startCollecting } from "./garbage.ts";
import { createHandler } from "./handler.ts";
import { openHttpServer, urlOf } from "./http-server.ts";
import { takeStorage } from "./storage/take-storage.ts";

export interface DavServer {
  readonly url: string;
  readonly port: number;
  /** Takes no new requests, finishes what runs (for 20 seconds at most), then closes the storage. */
  close(): Promise<void>;
}

/**
 * Starts the endpoint in this thread alone; resolves when it accepts connections, rejects when the port or the folder
 * cannot be had. As a process of its own it runs in several: `startThreadedServer`.
 */
export async function startDavServer(config: DavConfig, parts: DavParts = {}): Promise<DavServer> {
  const { clock = systemClock } = parts;
  const { storage, release } = await takeStorage(config, parts);
  try {
    const { host, port, maxConnections } = config;
    const http = await openHttpServer({ host, port, maxConnections, reusePort: false });
    const context = createContext(config, storage, http.port, parts);
    http.serve(createHandler(context), clock);
    const collecting = startCollecting(context);
    return {
      port: http.port,
      url: urlOf(config.host, http.port),
      close: async () => {
        await http.stop(clock);
        await collecting.stop();
        release();
        await context.audit.close();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}
