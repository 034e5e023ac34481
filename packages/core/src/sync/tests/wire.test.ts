import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createDavClient } from "../../webdav/index.ts";
import { createDavLaneRemote } from "../index.ts";
import { stockServers } from "./stock-servers.ts";
import { wireDevice } from "./wire-device.ts";

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "relite-lanes-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

describe.each(stockServers)("over HTTP with $name", ({ start }) => {
  it("[SYN17] two signed devices exchange changes in the layout of lanes, from an empty server on", async () => {
    await using folder = await temporaryFolder();
    await using server = await start(folder.path);
    const [a, b] = [await wireDevice(server.url, 1), await wireDevice(server.url, 2)];
    await a.edit("a", "from a");
    expect(await a.engine.syncNow()).toMatchObject({ phase: "done", up: 1 });
    await b.edit("b", "from b");
    expect(await b.engine.syncNow()).toMatchObject({ phase: "done", up: 1, down: 1 });
    expect(await a.engine.syncNow()).toMatchObject({ phase: "done", up: 0, down: 1 });
    expect(await a.titles()).toEqual(["from a", "from b"]);
    expect(await b.titles()).toEqual(["from a", "from b"]);
    const root = join(folder.path, "apps/relite/sync/v1");
    expect((await readdir(root)).sort()).toEqual(["l", "s"]);
    expect(await readdir(join(root, "l"))).toHaveLength(2);
    const before = a.log.entries().length;
    await a.engine.syncNow();
    expect(
      a.log
        .entries()
        .slice(before)
        .map(({ method, status }) => [method, status]),
    ).toEqual([["PROPFIND", 207]]);
  });

  it("[SYN17] a long history goes into segments and comes back whole", async () => {
    await using folder = await temporaryFolder();
    await using server = await start(folder.path);
    const [a, b] = [await wireDevice(server.url, 3), await wireDevice(server.url, 4)];
    for (let batch = 0; batch < 3; batch += 1) {
      for (let at = 0; at < 60; at += 1)
        await a.edit(
          `${batch}-${at}`,
          Array.from({ length: 40 }, (_, word) =>
            ((at * 7919 + word * 104729 + batch) % 99991).toString(36),
          ).join(" "),
        );
      expect(await a.engine.syncNow()).toMatchObject({ phase: "done", up: 60 });
    }
    expect(await readdir(join(folder.path, "apps/relite/sync/v1/s"))).not.toHaveLength(0);
    expect(await b.engine.syncNow()).toMatchObject({ phase: "done", down: 180 });
    expect(await b.titles()).toEqual(await a.titles());
  });
});

describe("a server that lies", () => {
  const lies: readonly (readonly [string, (request: Request) => Response | null, string])[] = [
    ["an empty 200", () => new Response("", { status: 200 }), "offline"],
    [
      "a login page",
      () => new Response("<html><form>", { status: 200, headers: { "content-type": "text/html" } }),
      "offline",
    ],
    ["an empty 207", () => new Response("", { status: 207 }), "offline"],
    ["a listing of nothing", () => new Response('<multistatus xmlns="DAV:"/>', { status: 207 }), "offline"],
    [
      "a listing cut in the middle",
      () => new Response('<multistatus xmlns="DAV:"><response><href>/apps', { status: 207 }),
      "offline",
    ],
    ["a 403", () => new Response("no", { status: 403 }), "attention"],
    ["a 401", () => new Response("no", { status: 401 }), "attention"],
    ["a 500", () => new Response("oops", { status: 500 }), "offline"],
    ["a 503", () => new Response("later", { status: 503, headers: { "retry-after": "5" } }), "offline"],
    ["a 404 on everything", () => new Response("", { status: 404 }), "attention"],
    [
      "wrong bodies",
      (request) => (request.method === "GET" ? new Response("<html>", { status: 200 }) : null),
      "done",
    ],
    [
      "empty bodies",
      (request) => (request.method === "GET" ? new Response("", { status: 200 }) : null),
      "done",
    ],
  ];
  it.each(lies)(
    "[SYN18] %s never deletes, never reads as empty, never blocks what follows",
    async (_name, lie, phase) => {
      await using folder = await temporaryFolder();
      const start = stockServers[0]?.start;
      if (start === undefined) throw new Error("No server.");
      await using server = await start(folder.path);
      let isLying = false;
      const sent: string[] = [];
      const a = await wireDevice(server.url, 5, (fetch) => async (input, init) => {
        const request = new Request(input, init);
        sent.push(request.method);
        return (isLying ? lie(request) : null) ?? fetch(input, init);
      });
      const b = await wireDevice(server.url, 6);
      await a.edit("a", "from a");
      await a.engine.syncNow();
      await b.edit("b", "from b");
      await b.engine.syncNow();
      isLying = true;
      sent.length = 0;
      expect(await a.engine.syncNow()).toMatchObject({ phase });
      expect(sent.filter((method) => method !== "PROPFIND" && method !== "GET")).toEqual([]);
      expect(await a.titles()).toEqual(["from a"]);
      isLying = false;
      await a.engine.syncNow();
      expect(await a.titles()).toEqual(["from a", "from b"]);
    },
  );

  it("[SYN18] an app id with 404 in it is never taken for a missing folder", async () => {
    await using folder = await temporaryFolder();
    const start = stockServers[0]?.start;
    if (start === undefined) throw new Error("No server.");
    await using server = await start(folder.path);
    const signal = AbortSignal.timeout(10_000);
    const failing = async () => new Response("no such luck for localhost-4040: 404", { status: 500 });
    const client = createDavClient({ baseUrl: server.url, fetch: failing });
    const remote = createDavLaneRemote({ client, appId: "localhost-4040" });
    await expect(remote.list("l", signal)).rejects.toMatchObject({ reason: "server_error" });
    await expect(remote.get("l", "x", signal)).rejects.toMatchObject({ reason: "server_error" });
  });
});
