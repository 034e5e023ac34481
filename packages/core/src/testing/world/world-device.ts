import { ReliteError } from "../../errors/index.ts";
import {
  createSyncEngine,
  type LaneFolder,
  type LaneRemote,
  type SyncEngine,
  type SyncStatus,
  stageChanges,
  wholeTable,
} from "../../sync/index.ts";
import { memoryLocks } from "../memory-locks.ts";
import type { MemorySyncStore } from "../memory-sync-store.ts";
import { drawFault, type FaultRates } from "./fault-plan.ts";
import { plainPacking } from "./plain-packing.ts";
import type { WorldServer } from "./world-server.ts";

export interface DeviceWorld {
  readonly server: WorldServer;
  readonly random: () => number;
  readonly rates: () => FaultRates;
  readonly nowMs: () => number;
  readonly tailBytes: number;
  /** Something else happens in the world while a request is under way. */
  readonly meanwhile: () => Promise<void>;
}

/** One installation: its database survives crashes, everything else is made anew. */
export class WorldDevice {
  readonly name: string;
  readonly store: MemorySyncStore;
  skewMs: number;
  isAlive = true;
  lastStatus: SyncStatus | null = null;
  readonly #world: DeviceWorld;
  #engine: SyncEngine;
  #life = { isCrashed: false };
  #signer: { readonly did: string; sign(bytes: Uint8Array): Promise<Uint8Array> };

  constructor(name: string, store: MemorySyncStore, skewMs: number, world: DeviceWorld, did: string) {
    this.name = name;
    this.store = store;
    this.skewMs = skewMs;
    this.#world = world;
    this.#signer = { did, sign: async (bytes) => new TextEncoder().encode(signature(did, bytes)) };
    this.#engine = this.#start();
  }

  get did(): string {
    return this.#signer.did;
  }

  nowMs(): number {
    return this.#world.nowMs() + this.skewMs;
  }

  async sync(): Promise<SyncStatus> {
    this.lastStatus = await this.#engine.syncNow();
    if (this.#life.isCrashed) this.#engine = this.#start();
    return this.lastStatus;
  }

  async publishAgain(): Promise<SyncStatus> {
    this.lastStatus = await this.#engine.publishAgain();
    if (this.#life.isCrashed) this.#engine = this.#start();
    return this.lastStatus;
  }

  async stage(changes: Parameters<typeof stageChanges>[1], group: string): Promise<void> {
    const staging = { nowMs: this.nowMs(), random: this.#world.random, group };
    await this.store.write((writer) => stageChanges(writer, changes, staging));
  }

  async setStreaming(group: string, isStreaming: boolean): Promise<void> {
    await this.store.write(async (writer) => {
      if (!isStreaming) return writer.remove("live", `${group}/m`);
      const at = { startedAtMs: 0, updatedAtMs: 0, text: "", model: null, error: null };
      await writer.put("live", `${group}/m`, { id: "m", group, isStreaming, owner: this.name, ...at });
    });
  }

  async endStreaming(): Promise<void> {
    await this.store.write(async (writer) => {
      for (const { key } of await writer.list("live", wholeTable)) await writer.remove("live", key);
    });
  }

  /** A process that starts again on the same database. */
  #start(): SyncEngine {
    const life = { isCrashed: false };
    this.#life = life;
    this.store.beforeCommit(() => {
      if (life.isCrashed) throw new Error("crashed");
    });
    return createSyncEngine({
      store: this.store,
      remote: this.#remote(life),
      clock: { nowMs: () => this.nowMs(), sleep: async () => {} },
      random: this.#world.random,
      locks: memoryLocks(),
      signer: this.#signer,
      verifySignature: async (did, bytes, signed) =>
        new TextDecoder().decode(signed) === signature(did, bytes),
      packing: plainPacking,
      limits: { tailBytes: this.#world.tailBytes, mergeWidth: 3, sweepFiles: 8 },
    });
  }

  #remote(life: { isCrashed: boolean }): LaneRemote {
    const { server, random, nowMs } = this.#world;
    const dateMs = () => (random() < 0.8 ? Math.floor(nowMs() / 1_000) * 1_000 + 500 : null);
    const path = (folder: LaneFolder, name: string) => `${folder}/${name}`;
    return {
      list: (folder) =>
        this.#request(life, (fault) =>
          fault === "stale-listing"
            ? server.staleList(folder, 1 + Math.floor(random() * 6), dateMs())
            : server.list(folder, dateMs()),
        ),
      get: (folder, name) =>
        this.#request(life, (fault) => {
          const bytes = server.get(path(folder, name));
          if (fault === "wrong-body") return new TextEncoder().encode("<html>log in</html>");
          return fault === "torn" && bytes !== null ? bytes.slice(0, bytes.length * random()) : bytes;
        }),
      put: (folder, name, bytes) =>
        this.#request(life, (fault) => {
          server.put(path(folder, name), bytes, fault === "torn" ? bytes.length * random() : undefined);
          if (fault === "torn") throw new ReliteError("upstream_failed", "cut off");
        }),
      remove: (folder, name) => this.#request(life, () => server.remove(path(folder, name))),
      prepare: () => this.#request(life, () => server.prepare()),
    };
  }

  async #request<T>(life: { isCrashed: boolean }, perform: (fault: string) => T): Promise<T> {
    const { random, rates, meanwhile } = this.#world;
    await meanwhile();
    if (life.isCrashed) throw new Error("crashed");
    const fault = drawFault(rates(), random);
    if (fault === "dropped") throw new ReliteError("upstream_failed", "dropped", { reason: "unreachable" });
    if (fault === "server-error") throw new ReliteError("upstream_failed", "500", { reason: "server_error" });
    if (fault === "refused") throw new ReliteError("upstream_failed", "403", { reason: "forbidden" });
    if (fault === "crash" && random() < 0.5) return this.#crash(life);
    const answer = perform(fault);
    if (fault === "crash") return this.#crash(life);
    if (fault === "lost-answer") throw new ReliteError("upstream_timeout", "no answer");
    return answer;
  }

  #crash(life: { isCrashed: boolean }): never {
    life.isCrashed = true;
    throw new Error("crashed");
  }
}

function signature(did: string, bytes: Uint8Array): string {
  let state = 7;
  for (const byte of bytes) state = Math.imul(state ^ byte, 0x01000193) >>> 0;
  return `${did}:${state}`;
}
