import { describe, expect, it } from "vitest";
import { anna } from "../testing/contracts/index.ts";
import { createConnectionDesk } from "../testing/index.ts";

describe("[CN5] a manual sync is a job that can be watched", () => {
  it("[CN5] answers with the job at once, and with the same one while it is active", async () => {
    await using bench = await createConnectionDesk();
    const { desk, wanted, runner, queue, books } = bench;
    const { id } = await desk.create(anna, wanted);
    const job = await desk.sync(anna, id);
    expect(job.status).toBe("queued");
    expect((await desk.sync(anna, id)).id).toBe(job.id);
    await runner().drain();
    const done = await queue.get(anna, job.id);
    expect(done).toMatchObject({ status: "done", failure: null });
    expect(done?.progress).toMatchObject({ folders: 2, files: 1, added: 1, requests: 2 });
    expect(done?.progress.bytes).toBeGreaterThan(500);
    expect((await books.list(anna, { limit: 9 })).items).toMatchObject([
      { path: "novels/Dune.epub", connectionId: id },
    ]);
    expect(await desk.get(anna, id)).toMatchObject({
      status: "ok",
      lastSyncAtMs: Date.UTC(2026, 0, 1),
      failures: 0,
    });
  });

  it("[CN5] a cancelled sync stops and says so", async () => {
    await using bench = await createConnectionDesk();
    const { desk, wanted, runner, queue, clock, behave } = bench;
    const { id } = await desk.create(anna, wanted);
    const job = await desk.sync(anna, id);
    const { promise: reached, resolve: arrived } = Promise.withResolvers<void>();
    behave({
      lie: ({ depth }) => {
        if (depth === "1") arrived();
        return depth === "1" ? { kind: "silent" } : null;
      },
    });
    const one = runner();
    await reached;
    await queue.requestCancel(anna, job.id, clock.nowMs());
    await clock.advance(1_000);
    await one.drain();
    expect(await queue.get(anna, job.id)).toMatchObject({ status: "cancelled", failure: null });
    expect((await desk.get(anna, id)).status).toBe("idle");
  });
});

describe("[CN6] the scheduler", () => {
  it("[CN6] enqueues what is due, jittered, and nothing twice", async () => {
    await using bench = await createConnectionDesk();
    const { desk, wanted, runner, scheduler, clock, connections } = bench;
    const { id } = await desk.create(anna, wanted);
    await runner().drain();
    const one = scheduler();
    expect(await one.tick()).toBe(0);
    const next = (await connections.get(anna, id))?.nextSyncAtMs ?? 0;
    const waitMs = next - clock.nowMs();
    expect(waitMs).toBeGreaterThanOrEqual(1_080_000);
    expect(waitMs).toBeLessThanOrEqual(1_320_000);
    clock.set(next);
    expect(await one.tick()).toBe(1);
    expect(await one.tick()).toBe(0);
  });

  it("[CN6] a new address is synced from its own root, as soon as the sync of the old one is out of the way", async () => {
    await using bench = await createConnectionDesk();
    const { desk, wanted, runner, scheduler, queue, clock, tree, books, behave, url } = bench;
    for (let folder = 0; folder < 30; folder += 1) tree.putFile(`f${folder}/a.epub`);
    const { id } = await desk.create(anna, wanted);
    let answered = 0;
    const { promise: reached, resolve: arrived } = Promise.withResolvers<void>();
    behave({
      lie: () => {
        answered += 1;
        if (answered <= 10) return null;
        arrived();
        return { kind: "silent" };
      },
    });
    const one = runner();
    await reached;
    behave({});
    await clock.advance(1);
    await desk.update(anna, id, { url: `${url}novels/` });
    const timer = scheduler();
    expect(await timer.tick()).toBe(0);
    await clock.advance(1_000);
    await one.drain();
    expect(await timer.tick()).toBe(1);
    await one.drain();
    const [last, first] = (await queue.list(anna, { limit: 9 })).items;
    expect([first?.status, last?.status]).toEqual(["cancelled", "done"]);
    const present = await books.list(anna, { limit: 99, states: ["present"] });
    expect(present.items.map((book) => book.path)).toEqual(["Dune.epub"]);
  });

  it("[CN6] waits longer after every failure, as long as the server says, and stops on refused credentials", async () => {
    await using bench = await createConnectionDesk();
    const { desk, wanted, runner, queue, clock, connections, behave } = bench;
    const { id } = await desk.create(anna, wanted);
    behave({ lie: () => ({ kind: "status", status: 500 }) });
    const waits: number[] = [];
    for (let failures = 1; failures <= 3; failures += 1) {
      await desk.sync(anna, id);
      await runner(`w${failures}`).drain();
      const row = await connections.get(anna, id);
      expect(row).toMatchObject({
        status: "failing",
        failures,
        failure: { code: "upstream_failed", reason: "server_error" },
      });
      waits.push((row?.nextSyncAtMs ?? 0) - clock.nowMs());
    }
    expect(waits[0]).toBeGreaterThanOrEqual(30_000);
    expect(waits[2]).toBeGreaterThan(waits[0] ?? 0);
    behave({ lie: () => ({ kind: "status", status: 503, headers: { "retry-after": "1800" } }) });
    const { id: jobId } = await desk.sync(anna, id);
    await runner("w8").drain();
    expect(await queue.get(anna, jobId)).toMatchObject({
      status: "failed",
      failure: { reason: "throttled" },
    });
    expect(((await connections.get(anna, id))?.nextSyncAtMs ?? 0) - clock.nowMs()).toBeGreaterThanOrEqual(
      1_800_000,
    );
    behave({ authorization: "Bearer changed" });
    await desk.sync(anna, id);
    await runner("w9").drain();
    expect(await connections.get(anna, id)).toMatchObject({
      status: "stopped",
      nextSyncAtMs: null,
      failure: {
        reason: "credentials_refused",
        message: "The server refused the user name, password or token.",
      },
    });
    behave({});
    expect((await desk.check(anna, id)).ok).toBe(true);
    expect(await connections.get(anna, id)).toMatchObject({
      status: "idle",
      failure: null,
      nextSyncAtMs: clock.nowMs(),
    });
  });

  it("[CN6] a sync cut off by a kill is taken up after the restart, where it was", async () => {
    await using bench = await createConnectionDesk();
    const { desk, wanted, queue, runner, clock, tree, behave, remote } = bench;
    for (let folder = 0; folder < 30; folder += 1) tree.putFile(`f${folder}/a.epub`);
    const { id } = await desk.create(anna, wanted);
    const job = await desk.sync(anna, id);
    let answered = 0;
    behave({
      lie: () => {
        answered += 1;
        return answered > 10 ? { kind: "silent" } : null;
      },
    });
    const killed = runner("killed");
    while ((await queue.get(anna, job.id))?.status !== "running" || answered <= 10)
      await new Promise(setImmediate);
    await killed.stop();
    expect((await queue.get(anna, job.id))?.status).toBe("queued");
    behave({});
    await runner("next").drain();
    expect(await queue.get(anna, job.id)).toMatchObject({
      status: "done",
      attempts: 2,
      progress: { folders: 32, added: 31 },
    });
    expect(remote().requests.length).toBeLessThan(32);
    expect(clock.nowMs()).toBe(Date.UTC(2026, 0, 1));
  });
});
