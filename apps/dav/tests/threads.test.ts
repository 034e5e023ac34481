import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { runFsck } from "../src/admin/index.ts";
import { readConfig } from "../src/config.ts";
import { openStorage } from "../src/context.ts";
import { newSigner } from "../src/testing/dav-fixture.ts";
import { startThreadedTestServer, type ThreadedTestServer } from "../src/testing/threaded-fixture.ts";
import { startEndpoint } from "./kill/endpoint-process.ts";

const quiet = { out: () => {}, err: () => {}, env: {} };

/** How many sockets listen on a port of this machine. */
async function listenersOn(port: number): Promise<number> {
  const address = `:${port.toString(16).toUpperCase().padStart(4, "0")} `;
  const lines = (await readFile("/proc/net/tcp", "utf8")).split("\n");
  return lines.filter((line) => line.includes(`${address}00000000:0000 0A`)).length;
}

/** One client: what it was told is written has to be there, whoever is asked next. */
async function writeAndLook(dav: ThreadedTestServer, name: string, rounds: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let round = 0; round < rounds; round += 1) {
    const body = `${name} ${round}`;
    const put = await dav.send("PUT", `f/${name}`, { body, agent });
    expect([201, 204]).toContain(put.status);
    const got = await dav.send("GET", `f/${name}`);
    expect([got.text, got.headers.etag]).toEqual([body, put.headers.etag]);
    const listed = await dav.send("PROPFIND", "f/", { headers: { Depth: "1" } });
    expect(listed.text).toContain(put.headers.etag);
    if (round % 3 !== 2) continue;
    const moved = await dav.send("MOVE", `f/${name}`, {
      headers: { Destination: `/dav/apps/test/f/${name}-${round}` },
      agent,
    });
    expect(moved.status).toBe(201);
    const [gone, there] = await Promise.all([
      dav.send("GET", `f/${name}`),
      dav.send("GET", `f/${name}-${round}`),
    ]);
    expect([gone.status, there.text]).toEqual([404, body]);
  }
  agent.destroy();
}

it("[TH1] what was acknowledged is seen by the next request on any connection, whichever thread answers", async () => {
  await using dav = await startThreadedTestServer();
  expect(await listenersOn(dav.server.port)).toBe(3);
  await dav.send("MKCOL", "f");
  let acknowledged = 0;
  let isOver = false;
  const count = async () => {
    for (let version = 1; !isOver; version += 1) {
      await dav.send("PUT", "counter", { body: String(version) });
      acknowledged = version;
    }
  };
  const watch = async () => {
    while (!isOver) {
      const least = acknowledged;
      const { status, text } = await dav.send("GET", "counter");
      if (least > 0) expect([status, Number(text) >= least]).toEqual([200, true]);
    }
  };
  const names = Array.from({ length: 8 }, (_, index) => `w${index}`);
  const background = Promise.all([count(), watch(), watch()]);
  await Promise.all(names.map((name) => writeAndLook(dav, name, 9)));
  isOver = true;
  await background;
  const listed = await dav.send("PROPFIND", "f/", { headers: { Depth: "1" } });
  expect(listed.text.split("<D:response>").length - 2).toBe(names.length * 3);
  await dav.server.close();
  expect(await runFsck(["--data", dav.folder], quiet)).toBe(0);
});

it("[TH2] requests and uploads at once are counted over all threads", async () => {
  await using dav = await startThreadedTestServer({ DAV_RATE_LIMIT: "5", DAV_MAX_UPLOADS: "2" });
  const agents = Array.from({ length: 12 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  const uploads = agents.slice(0, 6).map((agent) => openUpload(dav, agent));
  const refused = uploads.map(({ answer }) => answer.then((status) => status));
  const early = await Promise.all(refused.map((status) => Promise.race([status, delay(1_500, "running")])));
  expect(early.toSorted()).toEqual([429, 429, 429, 429, "running", "running"]);
  for (const { end } of uploads) end();
  expect((await Promise.all(refused)).toSorted()).toEqual([201, 201, 429, 429, 429, 429]);
  const startMs = performance.now();
  const statuses = await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const agent = agents[index % agents.length];
      return (await dav.send("GET", "none", agent === undefined ? {} : { agent })).status;
    }),
  );
  const served = statuses.filter((status) => status === 404).length;
  // A burst of four seconds' worth, and what time has given back.
  expect(served).toBeGreaterThan(5);
  expect(served).toBeLessThanOrEqual(20 + Math.ceil(((performance.now() - startMs) / 1_000) * 5));
  expect(statuses).toContain(429);
  for (const agent of agents) agent.destroy();
});

/** An upload that has begun and waits to be ended; `answer` is its status. */
function openUpload(dav: ThreadedTestServer, agent: Agent) {
  const url = new URL(`/dav/apps/test/up-${Math.random()}`, dav.server.url);
  const req = request(url, { method: "PUT", headers: { ...dav.headers }, agent });
  req.write(Buffer.alloc(100_000));
  const answer = once(req, "response").then(([res]) => {
    res.resume();
    return Number(res.statusCode);
  });
  return { answer, end: () => req.end() };
}

it("[TH3] an answering thread that ends is replaced, what it counted forgotten, what was acknowledged kept", async () => {
  await using dav = await startThreadedTestServer({ DAV_MAX_UPLOADS: "1", DAV_THREADS: "1" });
  await dav.send("PUT", "kept", { body: "kept" });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const upload = openUpload(dav, agent);
  const broken = upload.answer.catch(() => "broken");
  while ((await dav.send("PUT", "other", { body: "x" })).status !== 429) await delay(20);
  await dav.worker("http-0").terminate();
  expect(await broken).toBe("broken");
  agent.destroy();
  const answered = async () => {
    for (;;) {
      const answer = await dav.send("GET", "kept").catch(() => null);
      if (answer !== null) return answer;
      await delay(50);
    }
  };
  expect((await answered()).text).toBe("kept");
  expect((await dav.send("PUT", "other", { body: "y" })).status).toBeLessThan(300);
  expect(dav.logged.filter((line) => line.includes("another takes its place"))).toHaveLength(1);
  await dav.server.close();
});

it("[TH3] a thread that is killed while it writes holds up no other, and nothing acknowledged is lost", async () => {
  await using dav = await startThreadedTestServer({ DAV_THREADS: "2" });
  const bodyByName = new Map<string, string>();
  let isOver = false;
  const write = async (client: number) => {
    for (let count = 0; !isOver; count += 1) {
      const [name, body] = [`c${client}-${count % 20}`, `${client} ${count}`];
      bodyByName.delete(name);
      const answer = await dav.send("PUT", name, { body }).catch(() => null);
      if (answer === null) await delay(5);
      else if (answer.status < 300) bodyByName.set(name, body);
    }
  };
  const writing = Promise.all(Array.from({ length: 6 }, (_, client) => write(client)));
  for (const name of ["http-0", "http-1"]) {
    const killed = dav.worker(name);
    await expect.poll(() => bodyByName.size).toBeGreaterThan(20);
    await killed.terminate();
    bodyByName.clear();
    await expect.poll(() => dav.worker(name) !== killed, { timeout: 10_000 }).toBe(true);
  }
  await expect.poll(() => bodyByName.size, { timeout: 10_000 }).toBeGreaterThan(40);
  isOver = true;
  await writing;
  for (const [name, body] of bodyByName) expect((await dav.send("GET", name)).text).toBe(body);
  await dav.server.close();
  expect(await runFsck(["--data", dav.folder], quiet)).toBe(0);
});

it("[TH4] threads that end again and again are given up, and the process is told to end", async () => {
  await using dav = await startThreadedTestServer({ DAV_THREADS: "1" }, { maxReplacements: 1 });
  const first = dav.worker("http-0");
  await first.terminate();
  while (dav.worker("http-0") === first) await delay(20);
  await once(dav.worker("http-0"), "message");
  await dav.worker("http-0").terminate();
  expect((await dav.server.lost).message).toBe("the thread http-0 ended");
});

it("[TH5] a refusal of the thread that writes arrives with code, reason and details", async () => {
  await using dav = await startThreadedTestServer({ DAV_QUOTA_DEFAULT: "10K", DAV_THREADS: "2" });
  const lock = `<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>`;
  expect((await dav.send("LOCK", "f", { body: lock })).status).toBe(201);
  const locked = await dav.send("PUT", "f", { body: "x" });
  expect([locked.status, locked.text]).toEqual([
    423,
    expect.stringContaining("<D:href>/dav/apps/test/f</D:href>"),
  ]);
  const full = await dav.send("PUT", "g", { body: "x".repeat(11_000) });
  expect(JSON.parse(full.text)).toMatchObject({ status: 507, reason: "quota_exceeded" });
  const stale = await dav.send("PUT", "h", { body: "x", headers: { "If-Match": '"other"' } });
  expect(stale.status).toBe(412);
  expect((await dav.send("MKCOL", "none/below")).status).toBe(409);
});

it("[TH6] a database another process holds delays no reading; writes are 503 with Retry-After", async () => {
  const [folder, owner] = [await mkdtemp(join(tmpdir(), "relite-held-")), await newSigner()];
  const other = await openStorage(readConfig({ DAV_DATA_DIR: folder }));
  await other.owners.add(owner.did, null);
  const dav = await startEndpoint({ folder, owner, env: { DAV_THREADS: "2" } });
  await dav.request("PUT", "f", { body: "x" });
  other.db.exec("BEGIN IMMEDIATE");
  const put = dav.request("PUT", "f", { body: "y" });
  const statuses: number[] = [];
  let isOver = false;
  put.finally(() => {
    isOver = true;
  });
  while (!isOver) statuses.push((await dav.request("GET", "f")).status);
  const { status, headers } = await put;
  expect([status, headers.get("retry-after")]).toEqual([503, "1"]);
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(statuses.length).toBeGreaterThan(5);
  other.db.exec("ROLLBACK");
  other.db.close();
  expect((await dav.request("PUT", "f", { body: "z" })).status).toBe(204);
  expect(await dav.stop()).toBe(0);
  await rm(folder, { recursive: true });
});

it("[TH7] told to stop, every thread finishes what runs, and the audit file has all of it", async () => {
  await using dav = await startThreadedTestServer();
  const agents = Array.from({ length: 6 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  const uploads = agents.map((agent) => openUpload(dav, agent));
  // Under way once the server reads: each has sent its head and waits.
  await dav.send("PUT", "first", { body: "x" });
  await delay(500);
  const closed = dav.server.close();
  for (const { end } of uploads) end();
  expect(await Promise.all(uploads.map(({ answer }) => answer))).toEqual(Array(6).fill(201));
  await closed;
  await expect(dav.send("GET", "first")).rejects.toThrow();
  const lines = (await readFile(join(dav.folder, "dav/audit.log"), "utf8")).trim().split("\n");
  const puts = lines
    .map((line) => JSON.parse(line))
    .filter(({ method, status }) => method === "PUT" && status === 201);
  expect(puts).toHaveLength(7);
  for (const agent of agents) agent.destroy();
});
