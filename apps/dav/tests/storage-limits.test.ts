import { execFileSync, spawnSync } from "node:child_process";
import { chmod, mkdtemp, readdir, readlink, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runFsck, runOwners } from "../src/admin/index.ts";
import { newSigner } from "../src/testing/dav-fixture.ts";
import { type EndpointProcess, type EndpointSetup, startEndpoint } from "./kill/endpoint-process.ts";

const quiet = { out: () => {}, err: () => {}, env: {} };
const large = (index: number) => `${index} `.padEnd(300_000, "x");
const isRoot = process.getuid?.() === 0;

let folder: string;
let endpoint: EndpointProcess | null = null;
let lastSetup: EndpointSetup | null = null;
const mounts: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "relite-limits-"));
});
afterEach(async () => {
  await endpoint?.stop();
  endpoint = null;
  for (const mount of mounts.splice(0)) execFileSync("umount", [mount]);
  await rm(folder, { recursive: true, force: true });
});

async function start(setup: Partial<EndpointSetup> = {}): Promise<EndpointProcess> {
  const owner = await newSigner();
  await runOwners(["add", owner.did, "--data", folder], quiet);
  lastSetup = { folder, owner, ...setup };
  return startAgain();
}

async function startAgain(): Promise<EndpointProcess> {
  if (lastSetup === null) throw new Error("not started before");
  endpoint = await startEndpoint(lastSetup);
  return endpoint;
}

/** Writes until no more fits; answers what was stored, and the refusal. */
async function fill(to: EndpointProcess, name: string, body: (index: number) => string) {
  const stored: string[] = [];
  for (let index = 0; index < 2_000; index += 1) {
    const answer = await to.request("PUT", `${name}${index}`, { body: body(index) });
    await answer.text();
    if (!answer.ok) return { stored, status: answer.status };
    stored.push(`${name}${index}`);
  }
  throw new Error("nothing is ever full");
}

const statusOf = async (to: EndpointProcess, method: string, path: string) => {
  const answer = await to.request(method, path, method === "PUT" ? { body: "small" } : {});
  await answer.text();
  return answer.status;
};

async function expectWhole(to: EndpointProcess, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const answer = await to.request("GET", name);
    const text = await answer.text();
    expect([answer.status, text.length > 1], name).toEqual([200, true]);
  }
  expect(to.unexpected().filter((line) => !line.includes("write"))).toEqual([]);
}

function mountSmallDisk(megabytes: number): void {
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder]);
  mounts.push(folder);
}

/** For root, to whom permissions say nothing otherwise. */
const withoutRights = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"];
const canDropRights = isRoot && works([...withoutRights, "true"]);
const canMount = isRoot && works(["sh", "-c", "mount -t tmpfs tmpfs /mnt && umount /mnt"]);

function works([program = "", ...args]: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

// Each starts a process of several threads, beside all other tests.
vi.setConfig({ testTimeout: 120_000 });

describe("a disk without room", () => {
  it.runIf(canMount)(
    "[DU6] everything that is there can be read and deleted on a full disk, and what is freed can be written again",
    async () => {
      mountSmallDisk(8);
      let to = await start({ env: { DAV_TRASH_KEEP: "0", DAV_VERSIONS_KEEP: "0" } });
      const [files, small, tiny] = [
        await fill(to, "large", large),
        await fill(to, "small", (index) => large(index).slice(0, 30_000)),
        await fill(to, "tiny", (index) => `tiny ${index}`),
      ];
      expect([files.status, small.status, tiny.status]).toEqual([507, 507, 507]);
      const refused = await to.request("PUT", "one more", { body: large(99) });
      expect((await refused.json()).detail).toContain("what is deleted makes room within some minutes");
      // The database's log begins anew now and then, and has room for something small.
      expect([201, 507]).toContain(await statusOf(to, "MKCOL", "collection"));
      await expectWhole(to, [...files.stored, ...small.stored, ...tiny.stored]);
      expect(await to.stop()).toBe(0);
      // What stopping gave back is taken by somebody else.
      execFileSync("sh", ["-c", 'cat /dev/zero > "$0" 2>/dev/null || true', join(folder, "filler")]);
      to = await startAgain();
      await expectWhole(to, files.stored);
      const doomed = [...tiny.stored, ...small.stored, ...files.stored.slice(1)];
      for (const name of doomed) expect(await statusOf(to, "DELETE", name), name).toBe(204);
      expect(await statusOf(to, "PUT", "after")).toBe(201);
      await expectWhole(to, [...files.stored.slice(0, 1), "after"]);
      expect(await runFsck(["--data", folder], quiet)).toBe(0);
    },
  );

  it.runIf(process.platform !== "win32")(
    "[DU6] a file that may not grow: 507 or 500, what was there stays, and others are written",
    async () => {
      // Of 512 or 1,024 bytes each, by the shell; beyond it a write is short and then fails.
      const wrapper = ["sh", "-c", 'ulimit -f 1200; exec "$@"', "sh"];
      const to = await start({ wrapper });
      expect((await to.request("PUT", "kept", { body: large(1) })).status).toBe(201);
      const huge = await to.request("PUT", "huge", { body: "x".repeat(2_000_000) });
      expect(huge.status).toBe(507);
      const { status } = await fill(to, "small", (index) => large(index).slice(0, 60_000));
      expect([500, 507]).toContain(status);
      await expectWhole(to, ["kept", "small0"]);
      expect(await statusOf(to, "PUT", "kept")).toBeGreaterThan(200);
      expect(await readdir(join(folder, "dav", "blobs", "staging"))).toEqual([]);
      expect(await to.stop()).toBe(0);
      endpoint = null;
      expect(await runFsck(["--data", folder], quiet)).toBe(0);
    },
  );
});

describe("a folder that is taken away", () => {
  it.runIf(!isRoot || canDropRights)(
    "[DU7] permission lost while it runs: 500 for what cannot be written, reads go on, and it recovers by itself",
    async () => {
      const to = await start(isRoot ? { wrapper: withoutRights } : {});
      expect((await to.request("PUT", "kept", { body: large(1) })).status).toBe(201);
      const staging = join(folder, "dav", "blobs", "staging");
      await chmod(staging, 0o500);
      expect((await to.request("PUT", "refused", { body: large(2) })).status).toBe(500);
      expect((await fetch(`${to.url}/readyz`)).status).toBe(500);
      await expectWhole(to, ["kept"]);
      await chmod(staging, 0o700);
      expect((await to.request("PUT", "refused", { body: large(2) })).status).toBe(201);
      expect((await fetch(`${to.url}/readyz`)).status).toBe(200);
      expect(await runFsck(["--data", folder], quiet)).toBe(0);
    },
  );
});

describe("a process without descriptors", () => {
  it("[DU8] whoever is served is served, what needs a file is 503, and with descriptors all works again", async () => {
    const wrapper = ["sh", "-c", 'ulimit -n 100; exec "$@"', "sh"];
    const to = await start({ wrapper });
    expect((await to.request("PUT", "kept", { body: large(1) })).status).toBe(201);
    const port = Number(new URL(to.url).port);
    const idle: Socket[] = [];
    for (let index = 0; index < 120; index += 1) {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => {});
      idle.push(socket);
    }
    await delay(300);
    const statuses: number[] = [];
    for (let index = 0; index < 5; index += 1) {
      // The connection that is kept open from before is served; a new one may be turned away, or wait for its turn.
      const sent = to.request("PUT", `tight${index}`, { body: large(index) }).catch(() => null);
      const answer = await Promise.race([sent, delay(3_000).then(() => null)]);
      await answer?.text();
      statuses.push(answer?.status ?? 0);
    }
    for (const status of statuses) expect([0, 201, 503]).toContain(status);
    for (const socket of idle) socket.destroy();
    let status = 0;
    for (let tries = 0; status !== 201 && tries < 50; tries += 1) {
      await delay(50);
      const answer = await to.request("PUT", `after${tries}`, { body: large(7) }).catch(() => null);
      await answer?.text();
      status = answer?.status ?? 0;
    }
    expect(status).toBe(201);
    await expectWhole(to, ["kept"]);
    const stored = statuses.flatMap((one, index) => (one === 201 ? [`tight${index}`] : []));
    await expectWhole(to, stored);
    expect(await runFsck(["--data", folder], quiet)).toBe(0);
  });
});

const canLimit = spawnSync("prlimit", ["--version"]).status === 0;

it.skipIf(!canLimit)(
  "[DU8] large uploads that run out of descriptors leave none behind, nor files",
  async () => {
    const to = await start({ env: { DAV_THREADS: "1" } });
    expect((await to.request("PUT", "first", { body: "x" })).status).toBe(201);
    const descriptors = async () => (await readdir(`/proc/${to.pid}/fd`)).length;
    const before = await descriptors();
    // Two for each upload: its connection and its file; the last of them find none.
    execFileSync("prlimit", ["--pid", String(to.pid), `--nofile=${before + 20}`]);
    const bytes = new Uint8Array(17_000_000).fill(1);
    const put = async (index: number) => {
      const answer = await to.request("PUT", `large${index}`, { body: bytes }).catch(() => null);
      await answer?.text();
      return answer?.status ?? 0;
    };
    const statuses = await Promise.all(Array.from({ length: 14 }, (_, index) => put(index)));
    for (const status of statuses) expect([0, 201, 503]).toContain(status);
    expect(statuses).toContain(201);
    expect(await readdir(join(folder, "dav/blobs/staging"))).toEqual([]);
    await expect.poll(descriptors, { timeout: 5_000 }).toBeLessThanOrEqual(before + 14);
    const open = await readdir(`/proc/${to.pid}/fd`);
    const targets = await Promise.all(open.map((fd) => readlink(`/proc/${to.pid}/fd/${fd}`).catch(() => "")));
    expect(targets.filter((target) => target.includes("/staging/"))).toEqual([]);
    expect(await runFsck(["--data", folder], quiet)).toBe(0);
  },
);

describe("a database that another process holds", () => {
  it("[DU9] for seconds: writes are 503 with Retry-After, reads go on meanwhile, nothing is lost", async () => {
    const to = await start();
    expect(await statusOf(to, "PUT", "kept")).toBe(201);
    const db = new Database(join(folder, "dav", "endpoint.db"));
    db.exec("BEGIN IMMEDIATE");
    const writes = Array.from({ length: 3 }, (_, index) => to.request("PUT", `w${index}`, { body: "w" }));
    const reads: number[] = [];
    for (let index = 0; index < 20; index += 1) {
      const startMs = performance.now();
      expect(await (await to.request("GET", "kept")).text()).toBe("small");
      reads.push(performance.now() - startMs);
    }
    for (const answer of await Promise.all(writes)) {
      expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
    }
    db.exec("ROLLBACK");
    db.close();
    expect(await statusOf(to, "PUT", "w0")).toBe(201);
    expect(await statusOf(to, "GET", "w1")).toBe(404);
    // The one that waits for the database is not the one that answers.
    expect(Math.max(...reads)).toBeLessThan(900);
    expect(await runFsck(["--data", folder], quiet)).toBe(0);
  });
});
