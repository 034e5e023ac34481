import { afterEach, describe, expect, it } from "vitest";
import { createSecretBox } from "../crypto/index.ts";
import { createJobRunner, type JobRunner } from "../jobs/index.ts";
import type { Logger } from "../log/index.ts";
import { anna, ben } from "../testing/contracts/index.ts";
import {
  createMemoryRepositories,
  createRemoteDav,
  createRemoteTree,
  fakeClock,
  type RemoteDav,
  type RemoteDavOptions,
  type RunningServer,
  seededRandom,
  serveHandler,
} from "../testing/index.ts";
import { createConnectionService, createScheduler, createSyncWork } from "./index.ts";

const password = "pä55 wörd:with “signs”";
const basic = (user: string, secret: string) =>
  `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** The services over memory repositories, and a remote server on a real port that wants a password. */
async function createDesk(given: { key?: number } = {}) {
  const repositories = createMemoryRepositories();
  const clock = fakeClock();
  const random = seededRandom(7);
  const lines: string[] = [];
  const note = (level: string) => (fields: object, message: string) => {
    lines.push(
      `${level} ${message} ${JSON.stringify(fields, (_, value) => (value instanceof Error ? `${value.name} ${value.message}` : value))}`,
    );
  };
  const log: Logger = {
    debug: note("debug"),
    info: note("info"),
    warn: note("warn"),
    error: note("error"),
    child: () => log,
  };
  const tree = createRemoteTree();
  tree.putFile("novels/Dune.epub");
  let remote: RemoteDav = createRemoteDav({ tree, authorization: basic("anna", password) });
  const server: RunningServer = await serveHandler((request) => remote.handle(request));
  open.push(server);
  const secretBox = await createSecretBox({ key: new Uint8Array(32).fill(given.key ?? 1) });
  let ids = 0;
  const createId = () => `id${String(++ids).padStart(6, "0")}`;
  const parts = { ...repositories, clock, random, log, createId, secretBox, fetch, intervalMs: 1_200_000 };
  const desk = createConnectionService(parts);
  const runner = (owner = "w1"): JobRunner => {
    const one = createJobRunner({ ...parts, owner, work: createSyncWork(parts), maxRunning: 2 });
    open.push({ close: () => one.stop() });
    return one;
  };
  const scheduler = () => {
    const one = createScheduler(parts);
    open.push({ close: () => one.stop() });
    return one;
  };
  const url = `${server.origin}/dav/`;
  const wanted = { name: "Home", url, auth: { kind: "basic", username: "anna", password } } as const;
  return {
    ...parts,
    desk,
    runner,
    scheduler,
    lines,
    tree,
    url,
    wanted,
    remote: () => remote,
    behave: (options: Omit<RemoteDavOptions, "tree">) => {
      remote = createRemoteDav({ authorization: basic("anna", password), ...options, tree });
    },
  };
}

describe("[CN2] a connection is checked before it is stored", () => {
  it("[CN2] by one PROPFIND Depth 0 and no walk", async () => {
    const { desk, wanted, remote, url } = await createDesk();
    const connection = await desk.create(anna, { ...wanted, url: url.slice(0, -1) });
    expect(connection).toMatchObject({ url, status: "idle", serverIdentity: "remotetest", username: "anna" });
    expect(remote().requests.map(({ method, depth, path }) => [method, depth, path])).toEqual([
      ["PROPFIND", "0", ""],
    ]);
  });

  it.each([
    [
      "a wrong password",
      { auth: { kind: "basic", username: "anna", password: "wrong" } },
      "credentials_refused",
    ],
    ["no credentials", { auth: { kind: "none" } }, "credentials_refused"],
    ["a path that is not there", { path: "/other/" }, "nothing_there"],
    ["a file", { path: "/dav/novels/Dune.epub" }, "not_webdav"],
  ] as const)("[CN2] refuses %s and stores nothing", async (_, given, reason) => {
    const { desk, wanted, url } = await createDesk();
    const auth = "auth" in given ? given.auth : wanted.auth;
    const address = "path" in given ? new URL(given.path, url).href : url;
    await expect(desk.create(anna, { ...wanted, auth, url: address })).rejects.toMatchObject({ reason });
    expect(await desk.list(anna)).toEqual([]);
  });

  it("[CN2] refuses what answers but is no WebDAV server, and what does not answer", async () => {
    const { desk, wanted, behave } = await createDesk();
    behave({ lie: () => ({ kind: "html", status: 200 }) });
    await expect(desk.create(anna, wanted)).rejects.toMatchObject({
      code: "upstream_failed",
      reason: "not_multistatus",
    });
    behave({ lie: () => ({ kind: "broken" }) });
    await expect(desk.create(anna, wanted)).rejects.toMatchObject({
      code: "upstream_failed",
      reason: "unreachable",
    });
  });

  it.each([
    ["ftp://dav.example/", "bad_scheme"],
    ["file:///etc/passwd", "bad_scheme"],
    ["javascript:alert(1)", "bad_scheme"],
    ["dav.example/books", "bad_address"],
    ["http://", "bad_address"],
    ["", "bad_address"],
    ["https://user:pw@dav.example/", "userinfo_in_url"],
    ["https://dav.example/?token=1", "bad_address"],
    ["https://dav.example/#top", "bad_address"],
    ["https://dav.example/\u0000", "bad_text"],
    ["https://dav.example/\ud800", "bad_text"],
    [`https://dav.example/${"x".repeat(3_000)}`, "too_long"],
  ])("[CN2] refuses the address %j with %s before asking anybody", async (url, reason) => {
    const { desk, wanted, remote } = await createDesk();
    await expect(desk.create(anna, { ...wanted, url })).rejects.toMatchObject({
      code: "bad_request",
      reason,
    });
    expect(remote().requests).toEqual([]);
  });

  it.each([
    ["a blank name", { name: "  " }, "empty"],
    ["a long name", { name: "n".repeat(201) }, "too_long"],
    ["NUL in the name", { name: "a\u0000" }, "bad_text"],
    ["a colon in the user name", { auth: { kind: "basic", username: "a:b", password: "x" } }, "bad_text"],
    ["an empty user name", { auth: { kind: "basic", username: "", password: "x" } }, "bad_text"],
    [
      "a line break in the password",
      { auth: { kind: "basic", username: "a", password: "x\r\nHost: evil" } },
      "bad_text",
    ],
    ["a space in the token", { auth: { kind: "bearer", token: "a b" } }, "bad_text"],
    ["an empty token", { auth: { kind: "bearer", token: "" } }, "bad_text"],
  ] as const)("[CN2] refuses %s", async (_, given, reason) => {
    const { desk, wanted } = await createDesk();
    await expect(desk.create(anna, { ...wanted, ...given })).rejects.toMatchObject({
      code: "bad_request",
      reason,
    });
  });

  it("[CN2] keeps the secret when it is left out, also under a new name or path", async () => {
    const { desk, wanted, url, tree, remote } = await createDesk();
    const { id } = await desk.create(anna, wanted);
    await desk.update(anna, id, { name: " New name " });
    expect(remote().requests).toHaveLength(1);
    tree.putFolder("sub");
    const moved = await desk.update(anna, id, {
      url: `${url}novels`,
      auth: { kind: "basic", username: "anna" },
    });
    expect(moved).toMatchObject({ name: "New name", url: `${url}novels/`, username: "anna" });
    expect(await desk.check(anna, id)).toEqual({ ok: true, server: "remotetest", failure: null });
  });

  it("[CN2] sends a stored secret to no other scheme, host or port", async () => {
    const { desk, wanted, url } = await createDesk();
    const { id } = await desk.create(anna, wanted);
    const elsewhere = await createDesk();
    const spy = elsewhere.remote();
    const localhost = url.replace("127.0.0.1", "localhost");
    for (const address of [elsewhere.url, localhost, url.replace("http:", "https:")]) {
      const refused = desk.update(anna, id, { url: address });
      await expect(refused).rejects.toMatchObject({ code: "bad_request", reason: "secret_required" });
    }
    await expect(desk.update(anna, id, { auth: { kind: "bearer" } })).rejects.toMatchObject({
      reason: "secret_required",
    });
    expect(spy.requests).toEqual([]);
    expect((await desk.get(anna, id)).url).toBe(url);
    const auth = { kind: "basic", username: "anna", password } as const;
    expect((await desk.update(anna, id, { url: elsewhere.url, auth })).url).toBe(elsewhere.url);
    expect(spy.requests).toHaveLength(1);
  });

  it("[CN2] a change that does not work changes nothing", async () => {
    const { desk, wanted, url } = await createDesk();
    const before = await desk.create(anna, wanted);
    const auth = { kind: "basic", username: "anna", password: "wrong" } as const;
    await expect(desk.update(anna, before.id, { name: "x", auth })).rejects.toMatchObject({
      reason: "credentials_refused",
    });
    await expect(desk.update(anna, before.id, { url: `${url}nowhere/` })).rejects.toMatchObject({
      reason: "nothing_there",
    });
    expect(await desk.get(anna, before.id)).toEqual(before);
  });
});

describe("[CN1] connections belong to their user", () => {
  it("[CN1] another user's connection is not found by any call", async () => {
    const { desk, wanted } = await createDesk();
    const { id } = await desk.create(anna, wanted);
    const attempts = [
      () => desk.get(ben, id),
      () => desk.update(ben, id, { name: "mine" }),
      () => desk.remove(ben, id),
      () => desk.check(ben, id),
      () => desk.sync(ben, id),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: "not_found" });
    expect(await desk.list(ben)).toEqual([]);
  });
});

describe("[CN3] secrets are sealed and sealed anew", () => {
  it("[CN3] one sealed with the previous key is sealed again as it is used", async () => {
    const { desk, wanted, connections, ...parts } = await createDesk({ key: 1 });
    const { id } = await desk.create(anna, wanted);
    const before = (await connections.get(anna, id))?.sealedSecret;
    const key = new Uint8Array(32).fill(2);
    const secretBox = await createSecretBox({ key, previousKey: new Uint8Array(32).fill(1) });
    const later = createConnectionService({ ...parts, connections, secretBox });
    expect((await later.check(anna, id)).ok).toBe(true);
    const after = (await connections.get(anna, id))?.sealedSecret;
    expect(after?.keyId).not.toBe(before?.keyId);
    const alone = createConnectionService({
      ...parts,
      connections,
      secretBox: await createSecretBox({ key }),
    });
    expect((await alone.check(anna, id)).ok).toBe(true);
  });

  it("[CN3] a secret moved to another row does not open", async () => {
    const { desk, wanted, connections } = await createDesk();
    const one = await desk.create(anna, wanted);
    const other = await desk.create(anna, wanted);
    const stolen = (await connections.get(anna, one.id))?.sealedSecret ?? null;
    await connections.update(anna, other.id, { sealedSecret: stolen });
    expect(await desk.check(anna, other.id)).toMatchObject({
      ok: false,
      failure: { code: "internal", reason: "seal_broken" },
    });
  });
});

describe("[CN4] secrets are nowhere but in requests", () => {
  it("[CN4] not in rows, answers, failures, jobs or logs", async () => {
    const { desk, wanted, runner, queue, lines, behave } = await createDesk();
    const connection = await desk.create(anna, wanted);
    behave({ lie: () => ({ kind: "broken" }) });
    await runner().drain();
    behave({ authorization: "Bearer another" });
    await desk.sync(anna, connection.id);
    await runner("w2").drain();
    const check = await desk.check(anna, connection.id);
    const shown = JSON.stringify([
      await desk.list(anna),
      check,
      (await queue.list(anna, { limit: 9 })).items,
      lines,
    ]);
    expect(lines.length).toBeGreaterThan(0);
    for (const secret of [password, encodeURIComponent(password), basic("anna", password).slice(6), "pä55"])
      expect(shown).not.toContain(secret);
  });
});

describe("[CN5] a manual sync is a job that can be watched", () => {
  it("[CN5] answers with the job at once, and with the same one while it is active", async () => {
    const { desk, wanted, runner, queue, books } = await createDesk();
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
    const { desk, wanted, runner, queue, clock, behave } = await createDesk();
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
    const { desk, wanted, runner, scheduler, clock, connections } = await createDesk();
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
    const { desk, wanted, runner, scheduler, queue, clock, tree, books, behave, url } = await createDesk();
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
    const { desk, wanted, runner, queue, clock, connections, behave } = await createDesk();
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
    const { desk, wanted, queue, runner, clock, tree, behave, remote } = await createDesk();
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

describe("[CN7] every connection says how its last sync went", () => {
  it("[CN7] a guard's proposal is shown, accepted or rejected", async () => {
    const { desk, wanted, runner, tree, books, proposals, connections } = await createDesk();
    const { id } = await desk.create(anna, wanted);
    await runner().drain();
    for (const [accept, state] of [
      [false, "present"],
      [true, "missing"],
    ] as const) {
      tree.remove("novels");
      await desk.sync(anna, id);
      await runner(`empty ${accept}`).drain();
      expect((await connections.get(anna, id))?.failure).toMatchObject({
        code: "conflict",
        reason: "root_empty",
      });
      const [open] = await proposals.list(anna, { status: "open" });
      expect(open).toMatchObject({ kind: "root_empty", vanished: 1 });
      expect(await desk.decideProposal(ben, open?.id ?? "", accept)).toBeNull();
      expect((await desk.decideProposal(anna, open?.id ?? "", accept))?.status).toBe(
        accept ? "accepted" : "rejected",
      );
      expect(await desk.decideProposal(anna, open?.id ?? "", accept)).toBeNull();
      expect((await books.list(anna, { limit: 9 })).items.map((book) => book.state)).toEqual([state]);
    }
  });

  it("[CN7] another server stops the connection until the user agrees", async () => {
    const { desk, wanted, runner, proposals, connections, behave, tree, books } = await createDesk();
    const { id } = await desk.create(anna, wanted);
    await runner().drain();
    behave({ serverHeader: "Other/1" });
    tree.putFile("strange.epub");
    await desk.sync(anna, id);
    await runner("w2").drain();
    expect(await connections.get(anna, id)).toMatchObject({
      status: "stopped",
      failure: { reason: "server_changed" },
    });
    expect(await desk.check(anna, id)).toMatchObject({ ok: false, failure: { reason: "server_changed" } });
    expect((await books.list(anna, { limit: 9 })).items).toHaveLength(1);
    const [open] = await proposals.list(anna, { status: "open" });
    await desk.decideProposal(anna, open?.id ?? "", true);
    await runner("w3").drain();
    expect(await connections.get(anna, id)).toMatchObject({
      status: "ok",
      serverIdentity: "other",
      failure: null,
    });
    expect((await books.list(anna, { limit: 9 })).items).toHaveLength(2);
  });

  it("[CN7] a failure stays with its connection", async () => {
    const { desk, wanted, runner, connections, url, tree } = await createDesk();
    tree.putFile("second/b.epub");
    const good = await desk.create(anna, { ...wanted, url: `${url}second/` });
    const bad = await desk.create(anna, wanted);
    await connections.update(anna, bad.id, { url: `${url}gone/` });
    await runner().drain();
    expect(await connections.get(anna, good.id)).toMatchObject({ status: "ok", failure: null });
    expect(await connections.get(anna, bad.id)).toMatchObject({
      status: "failing",
      failure: { reason: "nothing_there" },
    });
  });

  it("[CN7] a connection removed while it syncs takes its job along", async () => {
    const { desk, wanted, runner, queue, books, behave, clock } = await createDesk();
    const { id } = await desk.create(anna, wanted);
    const { promise: reached, resolve: arrived } = Promise.withResolvers<void>();
    behave({
      lie: () => {
        arrived();
        return { kind: "silent" };
      },
    });
    const one = runner();
    await reached;
    await desk.remove(anna, id);
    await clock.advance(1_000);
    await one.drain();
    expect((await queue.list(anna, { limit: 9 })).items).toEqual([]);
    expect((await books.list(anna, { limit: 9 })).items).toEqual([]);
  });
});
