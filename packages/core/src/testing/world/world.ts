import { wholeTable } from "../../sync/index.ts";
import { memorySyncStore } from "../memory-sync-store.ts";
import { seededRandom } from "../seeded-random.ts";
import { checkFold, checkGarbage, checkQuiet } from "./checks.ts";
import { drawRates, noFaults } from "./fault-plan.ts";
import { deleteId, type Happening, judge, knownIds, placedIds, shown, toText } from "./oracle.ts";
import { type DeviceWorld, WorldDevice } from "./world-device.ts";
import { WorldServer } from "./world-server.ts";

export interface WorldResult {
  readonly violations: readonly string[];
  /** The same for the same seed, to the byte. */
  readonly trace: string;
  readonly requests: number;
}

const entities = ["session/a", "session/b", "message/a/1", "setting/x"];
const fields = ["title", "body"];
/** Longer than a file that could not be read is left alone. */
const restMs = 700_000;
const yearMs = 365 * 86_400_000;

/** One life of a few devices and a server, drawn from a seed; answers every rule of sync that it saw broken. */
export async function runWorld(seed: number): Promise<WorldResult> {
  const world = new World(seed);
  await world.live();
  return world.settle();
}

class World {
  readonly #random: () => number;
  readonly #server = new WorldServer();
  readonly #devices: WorldDevice[] = [];
  readonly #happenings = new Map<string, Happening>();
  readonly #violations: string[] = [];
  readonly #trace: string[] = [];
  /** What the server confirmed and nobody may lose. */
  readonly #confirmed = new Set<string>();
  #backup: { readonly files: ReadonlyMap<string, Uint8Array> } | null = null;
  #rates = noFaults;
  #nowMs = Date.UTC(2026, 0, 1);
  #depth = 0;
  #isSettling = false;
  #count = 0;
  #hasClones = false;
  #hasRestores = false;
  #hasReplays = false;
  readonly #shared: DeviceWorld;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#rates = drawRates(this.#random);
    this.#shared = {
      server: this.#server,
      random: this.#random,
      rates: () => this.#rates,
      nowMs: () => this.#nowMs,
      tailBytes: this.#chance(0.6) ? 700 : 8_192,
      meanwhile: () => this.#meanwhile(),
    };
    const count = 2 + Math.floor(this.#random() * 3);
    for (let index = 0; index < count; index += 1) this.#addDevice(memorySyncStore(), `did:${index}`);
  }

  async live(): Promise<void> {
    const steps = 15 + Math.floor(this.#random() * 45);
    for (let step = 0; step < steps; step += 1) await this.#step();
  }

  /** Faults stop; then everyone meets a few times, and every rule is checked. */
  async settle(): Promise<WorldResult> {
    this.#rates = noFaults;
    this.#isSettling = true;
    this.#nowMs += restMs;
    for (const device of this.#alive) await device.endStreaming();
    const rounds = this.#hasClones || this.#hasRestores ? 9 : 3;
    for (let round = 0; round < rounds; round += 1) {
      for (const device of this.#alive) {
        const status = await this.#sync(device);
        if (status === "remote_empty") await this.#publishAgain(device);
      }
    }
    // A copy of a profile whose other half vanished from the server and from the world cannot be told from the original.
    if (!this.#hasClones || !this.#hasRestores) await this.#checkAgreement();
    for (let round = 0; round < 4; round += 1) for (const device of this.#alive) await device.sync();
    for (const device of this.#alive) this.#violations.push(...(await checkQuiet(device, this.#server)));
    await this.#checkGarbage();
    return {
      violations: [...this.#server.violations, ...this.#violations],
      trace: [
        ...this.#trace,
        ...this.#server.wire.map(({ method, path, bytes }) => `${method} ${path} ${bytes}`),
      ].join("\n"),
      requests: this.#server.wire.length,
    };
  }

  get #alive(): readonly WorldDevice[] {
    return this.#devices.filter(({ isAlive }) => isAlive);
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.#random() * items.length)];
    if (item === undefined) throw new Error("Nothing to pick from.");
    return item;
  }

  #addDevice(store: ReturnType<typeof memorySyncStore>, did: string): void {
    const skew = this.#chance(0.15)
      ? (this.#random() * 2 - 1) * yearMs
      : (this.#random() * 2 - 1) * 3_600_000;
    const name = `D${this.#devices.length}`;
    this.#devices.push(new WorldDevice(name, store, Math.floor(skew), this.#shared, did));
  }

  async #step(): Promise<void> {
    this.#nowMs += Math.floor(this.#random() * 60_000);
    const device = this.#pick(this.#alive);
    const dice = this.#random();
    this.#trace.push(`${device.name} ${dice.toFixed(3)}`);
    if (dice < 0.4) await this.#edit(device);
    else if (dice < 0.48) await this.#delete(device);
    else if (dice < 0.86) await this.#sync(device);
    else if (dice < 0.89) await device.setStreaming(this.#pick(entities), this.#chance(0.5));
    else if (dice < 0.91) device.skewMs += Math.floor((this.#random() * 2 - 1) * yearMs);
    else if (dice < 0.93) this.#replay();
    else if (dice < 0.94) this.#backup = { files: this.#server.snapshot() };
    else if (dice < 0.95) await this.#restore();
    else if (dice < 0.965) await this.#die(device);
    else if (dice < 0.98) await this.#clone(device);
    else if (device.lastStatus?.reason === "remote_empty") await this.#publishAgain(device);
  }

  #replay(): void {
    this.#hasReplays = true;
    this.#server.replay(this.#random);
  }

  async #meanwhile(): Promise<void> {
    if (this.#isSettling || this.#depth >= 2 || !this.#chance(0.08)) return;
    this.#depth += 1;
    await this.#step();
    this.#depth -= 1;
  }

  async #edit(device: WorldDevice): Promise<void> {
    const [entity, field] = [this.#pick(entities), this.#pick(fields)];
    this.#count += 1;
    const id = `v${this.#count}${this.#chance(0.2) ? "x".repeat(300) : ""}`;
    const seen = await knownIds(device);
    await device.stage([{ kind: "set", entity, field, value: id }], entity);
    this.#happenings.set(id, { id, kind: "set", entity, field, device: device.name, seen });
  }

  async #delete(device: WorldDevice): Promise<void> {
    const seen = await knownIds(device);
    const alive = [...(await device.store.read(shown)).keys()];
    if (alive.length === 0) return;
    const entity = this.#pick(alive);
    await device.stage([{ kind: "delete", entity }], entity);
    const state = await device.store.read((reader) => reader.get("entities", entity));
    if (state?.removedAt == null) throw new Error("A delete left no trace.");
    const drafts = await device.store.read((reader) => reader.list("drafts", wholeTable));
    const hlc = drafts.findLast(({ value }) => value.op.kind === "delete")?.value.op.hlc ?? state.removedAt;
    const id = deleteId(entity, hlc);
    // Two halves of a clone may draw one reading for two deletes: together they have seen what both had seen.
    const all = new Set([...seen, ...(this.#happenings.get(id)?.seen ?? [])]);
    this.#happenings.set(id, { id, kind: "delete", entity, field: "", device: device.name, seen: all });
  }

  async #sync(device: WorldDevice): Promise<string | null> {
    const status = await device.sync();
    await this.#noteConfirmed(device);
    return status.reason;
  }

  async #publishAgain(device: WorldDevice): Promise<void> {
    await device.publishAgain();
    await this.#noteConfirmed(device);
  }

  async #noteConfirmed(device: WorldDevice): Promise<void> {
    const own = await device.store.read((reader) => reader.get("own", "own"));
    if (own?.acked == null) return;
    for (const id of await placedIds(device, own.acked.seq)) this.#confirmed.add(id);
  }

  async #die(device: WorldDevice): Promise<void> {
    if (this.#alive.length < 2 || this.#depth > 0) return;
    await this.#noteConfirmed(device);
    device.isAlive = false;
    if (this.#hasRestores) await this.#forgetUnheld();
  }

  async #clone(device: WorldDevice): Promise<void> {
    if (this.#devices.length > 6 || this.#depth > 0) return;
    this.#hasClones = true;
    this.#addDevice(device.store.clone(), device.did);
  }

  /** The server forgets what came after its backup: what only the server and the dead had is lost, and nothing else. */
  async #restore(): Promise<void> {
    this.#hasRestores = true;
    this.#server.restore(this.#backup?.files ?? new Map());
    await this.#forgetUnheld();
  }

  async #forgetUnheld(): Promise<void> {
    const held = new Set<string>();
    for (const device of this.#alive) for (const id of await knownIds(device)) held.add(id);
    for (const id of this.#confirmed) if (!held.has(id)) this.#confirmed.delete(id);
  }

  async #checkAgreement(): Promise<void> {
    const shownBy = await Promise.all(this.#alive.map((device) => device.store.read(shown)));
    const texts = shownBy.map(toText);
    if (new Set(texts).size > 1)
      this.#violations.push(`1: devices differ: ${[...new Set(texts)].join(" | ")}`);
    const present = new Set<string>();
    for (const device of this.#alive) {
      const known = await knownIds(device);
      for (const id of known) present.add(id);
      for (const id of this.#confirmed)
        if (!known.has(id) && !(this.#hasClones && this.#isDeleted(id, known)))
          this.#violations.push(`2: ${device.name} never got ${id.slice(0, 40)}`);
      this.#violations.push(...(await checkFold(device)));
    }
    for (const view of shownBy.slice(0, 1))
      this.#violations.push(...judge(view, this.#happenings, present, this.#hasClones));
  }

  /** What a copy of a profile wrote and deleted again is not carried over into another lane. */
  #isDeleted(id: string, known: ReadonlySet<string>): boolean {
    return [...this.#happenings.values()].some(
      (one) => one.kind === "delete" && known.has(one.id) && one.seen.has(id),
    );
  }

  /** After a few pushes nothing of a living lane is left but its two newest tails and the segments they refer to. */
  async #checkGarbage(): Promise<void> {
    if (this.#hasClones || this.#hasRestores || this.#hasReplays) return;
    for (let push = 0; push < 5; push += 1)
      for (const device of this.#alive) {
        await this.#edit(device);
        await device.sync();
      }
    for (const device of this.#alive)
      this.#violations.push(...(await checkGarbage(device, this.#server.paths)));
  }
}
