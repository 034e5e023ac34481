import type { LaneFolder, LaneRemote } from "../sync/index.ts";
import { WorldServer } from "./world/world-server.ts";

export interface MemoryLaneRemote extends LaneRemote {
  readonly server: WorldServer;
  /** Asked before each request; what it throws is what the request fails with. */
  beforeRequest(hook: (method: string, path: string) => void): void;
}

/** A server's lanes in memory, for several devices to share; every name PUT twice is noted as a violation. */
export function memoryLaneRemote(serverNowMs: () => number | null = () => null): MemoryLaneRemote {
  const server = new WorldServer();
  let hook: (method: string, path: string) => void = () => {};
  const path = (folder: LaneFolder, name: string) => `${folder}/${name}`;
  return {
    server,
    beforeRequest: (next) => {
      hook = next;
    },
    list: async (folder) => {
      hook("LIST", folder);
      return server.list(folder, serverNowMs());
    },
    get: async (folder, name) => {
      hook("GET", path(folder, name));
      return server.get(path(folder, name));
    },
    put: async (folder, name, bytes) => {
      hook("PUT", path(folder, name));
      server.put(path(folder, name), bytes);
    },
    remove: async (folder, name) => {
      hook("DELETE", path(folder, name));
      server.remove(path(folder, name));
    },
    prepare: async () => server.prepare(),
  };
}
