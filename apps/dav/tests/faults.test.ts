import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { runFsck } from "../src/admin/index.ts";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { type DiskStep, failingDisk } from "../src/testing/failing-disk.ts";

const large = (byte: number) => new Uint8Array(200_000).fill(byte);

async function fsck(dav: TestServer): Promise<{ code: number; report: { problems: unknown[] } }> {
  const lines: string[] = [];
  const io = { out: (line: string) => void lines.push(line), err: () => {}, env: {} };
  const code = await runFsck(["--data", dav.folder, "--json"], io);
  return { code, report: JSON.parse(lines.join("")) };
}

describe("a failing disk", () => {
  it.each<[DiskStep, string, number]>([
    ["create", "ENOSPC", 507],
    ["create", "EMFILE", 503],
    ["create", "EACCES", 500],
    ["write", "ENOSPC", 507],
    ["write", "EIO", 500],
    ["flush", "EIO", 500],
    ["flush", "EDQUOT", 507],
    ["rename", "EIO", 500],
    ["flushFolder", "EIO", 500],
    ["makeFolder", "ENOSPC", 507],
  ])(
    "[DV38] %s failing with %s: %i, nothing is lost, and it recovers by itself",
    async (step, code, status) => {
      const disk = failingDisk();
      await using dav = await startTestServer({ parts: { disk } });
      expect((await dav.request("PUT", "kept", { body: large(1) })).status).toBe(201);
      disk.fail(step, code);
      const answer = await dav.request("PUT", "kept", { body: large(200) });
      expect(answer.status).toBe(status);
      expect(JSON.stringify(await answer.json())).not.toMatch(/injected|relite-dav-|\/tmp/);
      expect(new Uint8Array(await (await dav.request("GET", "kept")).arrayBuffer())).toEqual(large(1));
      disk.fail(step, null);
      expect((await dav.request("PUT", "kept", { body: large(3) })).status).toBe(204);
      expect(new Uint8Array(await (await dav.request("GET", "kept")).arrayBuffer())).toEqual(large(3));
      expect(await readdir(join(dav.folder, "dav", "blobs", "staging"))).toEqual([]);
      expect(await fsck(dav)).toMatchObject({ code: 0 });
    },
  );

  it("[DV38] a file that is listed and whose content is gone is 500, never 404: nobody shall take it for deleted", async () => {
    await using dav = await startTestServer();
    await dav.request("PUT", "lost", { body: large(1) });
    const blobs = join(dav.folder, "dav/blobs");
    for (const name of await readdir(blobs, { recursive: true }))
      if (/[0-9a-f]{60}$/.test(name)) await rm(join(blobs, name));
    for (const headers of [{}, { Range: "bytes=0-9" }] as const)
      expect((await dav.request("GET", "lost", { headers })).status).toBe(500);
    expect((await fsck(dav)).report.problems).toMatchObject([{ kind: "content_missing" }]);
  });

  it("[DV38] a read that fails is 500, and /readyz says when nothing can be written", async () => {
    const disk = failingDisk();
    await using dav = await startTestServer({ parts: { disk } });
    await dav.request("PUT", "f", { body: large(1) });
    disk.fail("read", "EIO");
    expect((await dav.request("GET", "f")).status).toBe(500);
    disk.fail("create", "ENOSPC");
    expect((await fetch(`${dav.server.url}/readyz`)).status).toBe(507);
    expect((await fetch(`${dav.server.url}/healthz`)).status).toBe(200);
  });

  it("[DV39] a database that another process holds is 503 with Retry-After, and free again afterwards", async () => {
    await using dav = await startTestServer();
    await dav.request("PUT", "kept", { body: "kept" });
    const db = new Database(join(dav.folder, "dav", "endpoint.db"));
    const blocker = db.prepare("BEGIN IMMEDIATE");
    blocker.run();
    // Held by another process for longer than the server waits: busy, not lost.
    const busy = await dav.request("MKCOL", "while-busy");
    expect([busy.status, busy.headers.get("retry-after")]).toEqual([503, "1"]);
    db.prepare("ROLLBACK").run();
    db.close();
    expect((await dav.request("MKCOL", "free-again")).status).toBe(201);
    expect(await (await dav.request("GET", "kept")).text()).toBe("kept");
  });
});

describe("fsck", () => {
  it("[DV40] is clean after ordinary work, and finds lost and damaged content", async () => {
    await using dav = await startTestServer();
    await dav.request("MKCOL", "c");
    for (const name of ["a", "b", "c/x"]) await dav.request("PUT", name, { body: large(name.length) });
    await dav.request("PUT", "small", { body: "small" });
    await dav.request("COPY", "c", { headers: { Destination: "/dav/apps/test/d" } });
    await dav.request("DELETE", "c");
    expect(await fsck(dav)).toMatchObject({ code: 0, report: { problems: [] } });
    await rm(join(dav.folder, "dav", "blobs", "content"), { recursive: true });
    const db = new Database(join(dav.folder, "dav", "endpoint.db"));
    db.prepare("UPDATE contents SET data = x'00' WHERE data IS NOT NULL").run();
    db.prepare("UPDATE owners SET used_bytes = used_bytes + 1").run();
    db.close();
    const { code, report } = await fsck(dav);
    expect(code).toBe(1);
    const kinds = report.problems.map((problem) => Object(problem).kind);
    expect(new Set(kinds)).toEqual(new Set(["content_missing", "content_damaged", "usage_differs"]));
  });
});
