import { describe, expect, it } from "vitest";
import { ReliteError } from "../errors/index.ts";
import {
  fakeClock,
  type MemoryLaneRemote,
  memoryLaneRemote,
  memoryLocks,
  memorySyncStore,
  seededRandom,
} from "../testing/index.ts";
import { generateKeyPair, signerFromKeyPair } from "../ucan/index.ts";
import { encodeTail } from "./codec.ts";
import { createSyncEngine, type SyncLimits, stageChanges, type TailSigner } from "./index.ts";
import { segmentName, tailName } from "./names.ts";
import { gzipPacking } from "./packing.ts";

let seeds = 100;

/** One device on a shared server, with real packing and no signature. */
function device(
  remote: MemoryLaneRemote,
  store = memorySyncStore(),
  renewToken?: () => void,
  signer: TailSigner | null = null,
  limits: Partial<SyncLimits> = {},
) {
  seeds += 1;
  const [clock, locks, random] = [fakeClock(), memoryLocks(), seededRandom(seeds)];
  const options = { store, remote, clock, random, locks, signer, limits };
  const engine = createSyncEngine(renewToken === undefined ? options : { ...options, renewToken });
  const edit = (entity: string, value: string) =>
    store.write((writer) =>
      stageChanges(writer, [{ kind: "set", entity, field: "title", value }], {
        nowMs: clock.nowMs(),
        random,
        group: entity,
      }),
    );
  const titles = () =>
    store.read(async (reader) => {
      const rows = await reader.list("entities", { from: "", to: "\uffff" });
      return rows.map(({ value }) => value.entries.at(-1)?.value).sort();
    });
  return { store, clock, engine, edit, titles, locks };
}

const methods = (remote: MemoryLaneRemote, from = 0) =>
  remote.server.wire.slice(from).map(({ method }) => method);

describe("a round", () => {
  it("[SYN11] sends what changed once, and then nothing: an idle poll is one request", async () => {
    const remote = memoryLaneRemote();
    const a = device(remote);
    await a.edit("session/1", "one");
    expect(await a.engine.syncNow()).toMatchObject({ phase: "done", up: 1, down: 0 });
    const before = remote.server.wire.length;
    expect(await a.engine.syncNow()).toMatchObject({ phase: "done", up: 0 });
    expect(methods(remote, before)).toEqual(["LIST"]);
    expect(remote.server.violations).toEqual([]);
  });

  it("[SYN11] a push with a history is a listing, a PUT and a DELETE", async () => {
    const remote = memoryLaneRemote();
    const a = device(remote);
    for (const value of ["one", "two", "three"]) {
      await a.edit("session/1", value);
      await a.engine.syncNow();
    }
    const before = remote.server.wire.length;
    await a.edit("session/1", "four");
    await a.engine.syncNow();
    expect(methods(remote, before)).toEqual(["LIST", "PUT", "DELETE"]);
    expect(remote.server.paths.filter((path) => path.startsWith("l/"))).toHaveLength(2);
  });

  it("[SYN9] another device reads it with one listing and one GET", async () => {
    const remote = memoryLaneRemote();
    const [a, b] = [device(remote), device(remote)];
    await a.edit("session/1", "one");
    await a.engine.syncNow();
    const before = remote.server.wire.length;
    expect(await b.engine.syncNow()).toMatchObject({ phase: "done", down: 1, up: 0 });
    expect(methods(remote, before)).toEqual(["LIST", "GET"]);
    expect(await b.titles()).toEqual(["one"]);
    await b.edit("session/1", "two");
    await b.engine.syncNow();
    await a.engine.syncNow();
    expect(await a.titles()).toEqual(await b.titles());
  });

  it("[SYN14] never says done while the server has not confirmed", async () => {
    const remote = memoryLaneRemote();
    const a = device(remote);
    await a.edit("session/1", "one");
    remote.beforeRequest((method) => {
      if (method === "PUT") throw new ReliteError("upstream_timeout", "no answer", { reason: "timed_out" });
    });
    expect(await a.engine.syncNow()).toMatchObject({
      phase: "offline",
      reason: "timed_out",
      lastDoneMs: null,
    });
    remote.beforeRequest(() => {});
    expect(await a.engine.syncNow()).toMatchObject({ phase: "done", lastDoneMs: a.clock.nowMs() });
  });

  it.each([
    [new ReliteError("upstream_failed", "x", { reason: "unreachable" }), "offline", "unreachable"],
    [
      new ReliteError("upstream_failed", "x", { reason: "server_error", details: { status: 500 } }),
      "offline",
      "server_error",
    ],
    [
      new ReliteError("upstream_failed", "x", {
        reason: "credentials_refused",
        details: { status: 401, problemReason: "wrong_audience" },
      }),
      "attention",
      "wrong_audience",
    ],
    [
      new ReliteError("upstream_failed", "x", {
        reason: "forbidden",
        details: { status: 403, problemCode: "insufficient" },
      }),
      "attention",
      "insufficient",
    ],
    [new ReliteError("insufficient_storage", "x"), "attention", "insufficient_storage"],
    [new ReliteError("upstream_failed", "x", { reason: "not_multistatus" }), "offline", "not_multistatus"],
    [new TypeError("fetch failed"), "offline", "unreachable"],
  ])("[SYN14] says what %s means for the person", async (error, phase, reason) => {
    const remote = memoryLaneRemote();
    const a = device(remote);
    await a.edit("session/1", "one");
    remote.beforeRequest(() => {
      throw error;
    });
    expect(await a.engine.syncNow()).toMatchObject({ phase, reason });
    expect(await a.titles()).toEqual(["one"]);
  });

  it("[SYN14] a token that is too old is renewed and the round tried once more, only once", async () => {
    const remote = memoryLaneRemote();
    let renewed = 0;
    const a = device(remote, memorySyncStore(), () => {
      renewed += 1;
    });
    await a.edit("session/1", "one");
    const stale = new ReliteError("upstream_failed", "x", {
      reason: "credentials_refused",
      details: { status: 401, problemReason: "expired" },
    });
    remote.beforeRequest(() => {
      if (renewed === 0) throw stale;
    });
    expect(await a.engine.syncNow()).toMatchObject({ phase: "done", up: 1 });
    remote.beforeRequest(() => {
      throw stale;
    });
    expect(await a.engine.syncNow()).toMatchObject({ phase: "attention", reason: "expired" });
    expect(renewed).toBe(2);
  });

  it("[SYN14] tells each step to listeners, until they stop", async () => {
    const remote = memoryLaneRemote();
    const a = device(remote);
    await a.edit("session/1", "one");
    const heard: string[] = [];
    const stop = a.engine.status.subscribe(() => heard.push(a.engine.status.current().phase));
    await a.engine.syncNow();
    stop();
    await a.engine.syncNow();
    expect(heard).toEqual(["checking", "up", "done"]);
  });

  it("[SYN14] does nothing while another tab of the installation syncs", async () => {
    const remote = memoryLaneRemote();
    const a = device(remote);
    const release = await a.locks.hold("relite-sync");
    expect(await a.engine.syncNow()).toMatchObject({ phase: "idle" });
    expect(remote.server.wire).toEqual([]);
    release();
    expect(await a.engine.syncNow()).toMatchObject({ phase: "done" });
  });

  it("[SYN10] a torn or foreign body is passed over, the older tail is read, the newer one later", async () => {
    const remote = memoryLaneRemote();
    const [a, b] = [device(remote), device(remote)];
    await a.edit("session/1", "one");
    await a.engine.syncNow();
    await a.edit("session/1", "two");
    await a.engine.syncNow();
    const newest = remote.server.paths.find((path) => /~2~/.test(path)) ?? "";
    const bytes = remote.server.get(newest) ?? new Uint8Array();
    remote.server.overwrite(newest, new TextEncoder().encode("<html>log in</html>"));
    expect(await b.engine.syncNow()).toMatchObject({ down: 1, behind: 1 });
    expect(await b.titles()).toEqual(["one"]);
    remote.server.overwrite(newest, bytes);
    await b.engine.syncNow();
    expect(await b.titles()).toEqual(["two"]);
  });

  it("[SYN10] a torn tail that rests leaves its reader behind, and says so at every poll", async () => {
    const remote = memoryLaneRemote();
    const [a, b] = [device(remote), device(remote)];
    await a.edit("session/1", "one");
    await a.engine.syncNow();
    const [newest = ""] = remote.server.paths;
    const bytes = remote.server.get(newest) ?? new Uint8Array();
    remote.server.overwrite(newest, bytes.slice(0, bytes.length / 2));
    for (let poll = 0; poll < 4; poll += 1) await b.engine.syncNow();
    const sent = remote.server.wire.length;
    expect(await b.engine.syncNow()).toMatchObject({ behind: 1 });
    expect(remote.server.wire.length - sent).toBe(1);
    await a.edit("session/1", "two");
    await a.engine.syncNow();
    expect(await b.engine.syncNow()).toMatchObject({ down: 2, behind: 0 });
  });

  it("[SYN10] one lane that the server will not give out keeps nobody from the others or from pushing", async () => {
    const remote = memoryLaneRemote();
    const [a, b, c] = [device(remote), device(remote), device(remote)];
    await a.edit("session/a", "from a");
    await b.edit("session/b", "from b");
    await a.engine.syncNow();
    await b.engine.syncNow();
    const own = await a.store.read((reader) => reader.get("own", "own"));
    remote.beforeRequest((method, path) => {
      if (method === "GET" && path.includes(own?.lane ?? "?"))
        throw new ReliteError("upstream_failed", "x", { reason: "server_error" });
    });
    await c.edit("session/c", "from c");
    expect(await c.engine.syncNow()).toMatchObject({ phase: "offline", reason: "server_error" });
    expect(await c.titles()).toEqual(["from b", "from c"]);
    expect((await c.store.read((reader) => reader.get("own", "own")))?.acked?.seq).toBe(1);
  });

  it("[SYN8] a tail of a later format asks for a newer client and changes nothing", async () => {
    const remote = memoryLaneRemote();
    const [a, b] = [device(remote), device(remote)];
    await a.edit("session/1", "one");
    await a.engine.syncNow();
    const path = remote.server.paths[0] ?? "";
    const text = (await gzipPacking.unpack(remote.server.get(path) ?? new Uint8Array(), 1e6)).replace(
      '"v":1',
      '"v":2',
    );
    remote.server.overwrite(
      path.replace(/~[0-9a-f]{32}~/, `~${await gzipPacking.hash(text)}~`),
      await gzipPacking.pack(text),
    );
    remote.server.remove(path);
    expect(await b.engine.syncNow()).toMatchObject({ phase: "attention", reason: "newer_version" });
    expect(await b.titles()).toEqual([]);
  });
});

describe("a server that lost something", () => {
  it("[SYN12] an empty server that once confirmed something is asked about, never filled or obeyed", async () => {
    const remote = memoryLaneRemote();
    const [a, b] = [device(remote), device(remote)];
    await a.edit("session/1", "one");
    await a.engine.syncNow();
    await b.engine.syncNow();
    remote.server.restore(new Map());
    for (const one of [a, b]) {
      const before = remote.server.wire.length;
      expect(await one.engine.syncNow()).toMatchObject({ phase: "attention", reason: "remote_empty" });
      expect(methods(remote, before)).toEqual(["LIST"]);
      expect(await one.titles()).toEqual(["one"]);
    }
    expect(await b.engine.publishAgain()).toMatchObject({ phase: "done" });
    const c = device(remote);
    await c.engine.syncNow();
    expect(await c.titles()).toEqual(["one"]);
  });

  it("[SYN12] an own tail that is gone is put back by itself", async () => {
    const remote = memoryLaneRemote();
    const [a, b] = [device(remote), device(remote)];
    await b.edit("session/b", "other");
    await b.engine.syncNow();
    const backup = remote.server.snapshot();
    await a.edit("session/a", "mine");
    await a.engine.syncNow();
    remote.server.restore(backup);
    await a.engine.syncNow();
    await b.engine.syncNow();
    expect(await b.titles()).toEqual(["mine", "other"]);
    expect(remote.server.violations).toEqual([]);
  });

  it("[SYN12] what a dead device had confirmed is put back by another that holds it", async () => {
    const remote = memoryLaneRemote();
    const [dead, b, c] = [device(remote), device(remote), device(remote)];
    await b.edit("session/b", "b");
    await b.engine.syncNow();
    const backup = remote.server.snapshot();
    await dead.edit("session/d", "from the dead");
    await dead.engine.syncNow();
    await b.engine.syncNow();
    remote.server.restore(backup);
    for (let poll = 0; poll < 3; poll += 1) await b.engine.syncNow();
    await c.engine.syncNow();
    expect(await c.titles()).toEqual(["b", "from the dead"]);
  });
});

describe("segments", () => {
  it.each([
    ["deleted", null],
    ["cut off", new Uint8Array(10)],
  ])(
    "[SYN12] one that was %s on the server later is put back by its owner within a day",
    async (_name, rest) => {
      const remote = memoryLaneRemote();
      const a = device(remote, memorySyncStore(), undefined, null, { tailBytes: 100 });
      for (const value of ["one", "two", "three", "four"]) {
        await a.edit(`session/${value}`, value);
        await a.engine.syncNow();
        await a.engine.syncNow();
      }
      const own = await a.store.read((reader) => reader.get("own", "own"));
      const [ref] = own?.segments ?? [];
      if (own === undefined || ref === undefined) throw new Error("There is no segment.");
      const path = `s/${segmentName(own.lane, ref)}`;
      if (rest === null) remote.server.remove(path);
      else remote.server.overwrite(path, rest);
      const late = device(remote);
      expect(await late.engine.syncNow()).toMatchObject({ behind: 1 });
      await a.clock.advance(86_400_001);
      expect(await a.engine.syncNow()).toMatchObject({ phase: "done" });
      expect(await late.engine.syncNow()).toMatchObject({ phase: "done", behind: 0 });
      expect(await late.titles()).toEqual(["four", "one", "three", "two"]);
      const before = remote.server.wire.length;
      await a.engine.syncNow();
      expect(methods(remote, before)).toEqual(["LIST"]);
    },
  );
});

describe("a cloned profile", () => {
  it("[SYN13] both halves keep what they wrote, each in a lane of its own", async () => {
    const remote = memoryLaneRemote();
    const a = device(remote);
    await a.edit("session/0", "before");
    await a.engine.syncNow();
    const b = device(remote, a.store.clone());
    const c = device(remote);
    await a.edit("session/a", "from a");
    await b.edit("session/b", "from b");
    await a.engine.syncNow();
    await b.engine.syncNow();
    for (let round = 0; round < 4; round += 1)
      for (const one of [c, a, b]) expect(await one.engine.syncNow()).toMatchObject({ phase: "done" });
    for (const one of [a, b, c]) expect(await one.titles()).toEqual(["before", "from a", "from b"]);
    const lanes = await Promise.all(
      [a, b].map(async ({ store }) => (await store.read((reader) => reader.get("own", "own")))?.lane),
    );
    expect(new Set(lanes).size).toBe(2);
    const before = remote.server.wire.length;
    for (const one of [a, b, c]) await one.engine.syncNow();
    expect(methods(remote, before)).toEqual(["LIST", "LIST", "LIST"]);
  });

  it("[SYN13] a device put back to an older backup of itself loses and repeats nothing", async () => {
    const remote = memoryLaneRemote();
    const a = device(remote);
    await a.edit("session/0", "zero");
    await a.engine.syncNow();
    const old = a.store.clone();
    await a.edit("session/1", "one");
    await a.engine.syncNow();
    const again = device(remote, old);
    await again.edit("session/2", "two");
    for (let round = 0; round < 3; round += 1) await again.engine.syncNow();
    expect(await again.titles()).toEqual(["one", "two", "zero"]);
    expect(remote.server.violations).toEqual([]);
  });

  it("[SYN13] a device that got a new key goes on in a new lane, with what was not confirmed yet", async () => {
    const remote = memoryLaneRemote();
    const newSigner = async () => signerFromKeyPair(await generateKeyPair({ extractable: false }));
    const store = memorySyncStore();
    const before = device(remote, store, undefined, await newSigner());
    const reader = device(remote);
    await before.edit("session/1", "one");
    await before.engine.syncNow();
    await reader.engine.syncNow();
    remote.beforeRequest((method) => {
      if (method === "PUT") throw new ReliteError("upstream_failed", "x", { reason: "unreachable" });
    });
    await before.edit("session/2", "two");
    await before.engine.syncNow();
    remote.beforeRequest(() => {});
    const after = device(remote, store, undefined, await newSigner());
    await after.edit("session/3", "three");
    expect(await after.engine.syncNow()).toMatchObject({ phase: "done" });
    expect(await reader.engine.syncNow()).toMatchObject({ phase: "done", behind: 0 });
    expect(await reader.titles()).toEqual(["one", "three", "two"]);
    expect(await after.titles()).toEqual(["one", "three", "two"]);
  });

  it("[SYN8] a tail signed by another key than its lane's is not read", async () => {
    const remote = memoryLaneRemote();
    const newSigner = async () => signerFromKeyPair(await generateKeyPair({ extractable: false }));
    const [honest, forger] = [await newSigner(), await newSigner()];
    const a = device(remote, memorySyncStore(), undefined, honest);
    const reader = device(remote);
    await a.edit("session/1", "one");
    await a.engine.syncNow();
    await reader.engine.syncNow();
    const own = await a.store.read((store) => store.get("own", "own"));
    const lane = own?.lane ?? "";
    const op = {
      kind: "set" as const,
      lane,
      seq: 2,
      hlc: { ms: 2 ** 45, count: 0, node: lane },
      entity: "session/1",
      field: "title",
      value: "forged",
    };
    const first = await a.store.read((store) => store.list("ops", { from: "", to: "\uffff" }));
    const ops = [...first.map(({ value }) => value), op];
    for (const signer of [forger, null]) {
      const did = signer?.did ?? null;
      const text = await encodeTail({ lane, did, from: 1, to: 2, segments: [], seen: [], ops }, signer);
      const name = tailName(lane, 2, await gzipPacking.hash(text), "0".repeat(12));
      remote.server.overwrite(`l/${name}`, await gzipPacking.pack(text));
    }
    await reader.engine.syncNow();
    expect(await reader.titles()).toEqual(["one"]);
  });
});
