import { describe, expect, it } from "vitest";
import { fakeClock, memoryLaneRemote, memoryLocks, memorySyncStore, seededRandom } from "../testing/index.ts";
import { createAutoSync, createSyncEngine, stageChanges } from "./index.ts";

function setUp() {
  const remote = memoryLaneRemote();
  const [clock, store, random] = [fakeClock(), memorySyncStore(), seededRandom(7)];
  const engine = createSyncEngine({ store, remote, clock, random, locks: memoryLocks(), signer: null });
  const auto = createAutoSync({
    engine,
    store,
    clock,
    intervalMs: 180_000,
    debounceMs: 2_000,
    maxDelayMs: 15_000,
  });
  let rounds = 0;
  let last = "idle";
  engine.status.subscribe(() => {
    const { phase } = engine.status.current();
    if (phase === "checking") rounds += 1;
    last = phase;
  });
  const edit = (value: string) =>
    store.write((writer) =>
      stageChanges(writer, [{ kind: "set", entity: "session/1", field: "title", value }], {
        nowMs: clock.nowMs(),
        random,
        group: "1",
      }),
    );
  /** Lets time pass in steps, and everything that became due run to its end. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 500) {
      await clock.advance(Math.min(500, left));
      await settle(() => engine.status.current().phase);
    }
  };
  const stream = (isStreaming: boolean) =>
    store.write(async (writer) => {
      if (!isStreaming) return writer.remove("live", "1/m");
      const text = { text: "", model: null, error: null, startedAtMs: 0, updatedAtMs: 0 };
      await writer.put("live", "1/m", { id: "m", group: "1", isStreaming, owner: "tab", ...text });
    });
  return { remote, clock, engine, auto, edit, pass, stream, rounds: () => rounds, last: () => last };
}

const busy: ReadonlySet<string> = new Set(["checking", "up", "down"]);

/** Real gzip runs between rounds, so that microtasks alone are not enough. */
async function settle(phase: () => string): Promise<void> {
  let quiet = 0;
  while (quiet < 5) {
    await new Promise((resolve) => setImmediate(resolve));
    quiet = busy.has(phase()) ? 0 : quiet + 1;
  }
}

describe("automatic sync", () => {
  it("[SYN15] runs at start, on return to the tab and on coming online, at once", async () => {
    const { auto, pass, rounds } = setUp();
    for (const reason of ["start", "visible", "online"] as const) {
      auto.trigger(reason);
      await pass(1);
    }
    expect(rounds()).toBe(3);
    auto.close();
  });

  it("[SYN15] runs once, a quiet moment after the last of several changes", async () => {
    const { edit, pass, rounds, remote, auto } = setUp();
    await edit("a");
    await pass(1_500);
    await edit("b");
    await pass(1_500);
    expect(rounds()).toBe(0);
    await pass(1_000);
    expect(rounds()).toBe(1);
    await pass(10_000);
    expect(remote.server.wire.filter(({ method }) => method === "PUT")).toHaveLength(1);
    expect(rounds()).toBe(1);
    auto.close();
  });

  it("[SYN15] does not wait for ever when changes never pause", async () => {
    const { edit, pass, rounds, auto } = setUp();
    for (let second = 0; second < 18; second += 1) {
      await edit(`${second}`);
      await pass(1_000);
    }
    expect(rounds()).toBe(1);
    auto.close();
  });

  it("[SYN15] runs every few minutes when nothing happens, and not at all when it is off or closed", async () => {
    const { auto, pass, rounds, edit } = setUp();
    auto.trigger("start");
    await pass(1);
    await pass(361_000);
    expect(rounds()).toBe(3);
    auto.setEnabled(false);
    await edit("unsent");
    auto.trigger("online");
    await pass(400_000);
    expect(rounds()).toBe(3);
    auto.setEnabled(true);
    await pass(1);
    expect(rounds()).toBe(4);
    auto.close();
    auto.trigger("online");
    await edit("closed");
    await pass(400_000);
    expect(rounds()).toBe(4);
  });

  it("[SYN15] waits while a reply is being written, says so, and runs when it has ended", async () => {
    const { pass, rounds, stream, edit, last, auto } = setUp();
    await stream(true);
    await edit("question");
    await pass(5_000);
    expect(rounds()).toBe(0);
    expect(last()).toBe("waiting");
    await stream(false);
    await pass(3_000);
    expect(rounds()).toBe(1);
    expect(last()).toBe("done");
    auto.close();
  });
});
