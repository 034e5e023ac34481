import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { silentLogger } from "@relite/core/log";
import { describe, expect, it, vi } from "vitest";
import { readConfig } from "../src/config.ts";
import { startTestServer } from "../src/testing/dav-fixture.ts";
import { startThreadedServer } from "../src/threads/start-threads.ts";

describe("/metrics", () => {
  it("[OP5] counts requests, refusals and bytes, says what is stored, and names nobody", async () => {
    await using dav = await startTestServer({ env: { DAV_VERSIONS_KEEP: "0" } });
    await dav.request("PUT", "secret-name", { body: "x".repeat(1_000) });
    await dav.request("PUT", "secret-name", { body: "y".repeat(1_000) });
    await dav.request("GET", "secret-name");
    await dav.request("GET", "/dav/apps/other/x");
    await dav.request("SEARCH", "x");
    const answer = await fetch(`${dav.server.url}/metrics`);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      200,
      "text/plain; version=0.0.4; charset=utf-8",
    ]);
    const text = await answer.text();
    const count = (labels: string) =>
      Number(new RegExp(`relite_dav_request_seconds_count{${labels}} (\\d+)`).exec(text)?.[1] ?? 0);
    expect(count('method="PUT",zone="apps",status="201"')).toBe(1);
    expect(count('method="PUT",zone="apps",status="204"')).toBe(1);
    expect(count('method="GET",zone="apps",status="403"')).toBe(1);
    expect(count('method="other",zone="apps",status="501"')).toBe(1);
    expect(text).toMatch(/relite_dav_refusals_total{code="insufficient"} 1\n/);
    expect(Number(/relite_dav_received_bytes_total (\d+)/.exec(text)?.[1])).toBeGreaterThan(2_000);
    expect(text).toMatch(/\nrelite_dav_owners 1\n/);
    expect(text).toMatch(/\nrelite_dav_used_bytes 1000\n/);
    expect(Number(/\nrelite_dav_free_bytes (\S+)/.exec(text)?.[1])).toBeGreaterThan(0);
    expect(text).not.toMatch(/secret-name|did:key|other\/x/);
  });

  it("[OP5] is for the local machine, or for who has the token", async () => {
    await using open = await startTestServer();
    const forwarded = await fetch(`${open.server.url}/metrics`, {
      headers: { "X-Forwarded-For": "10.0.0.1" },
    });
    expect([forwarded.status, (await forwarded.json()).reason]).toEqual([403, "metrics_not_local"]);
    await using guarded = await startTestServer({ env: { DAV_METRICS_TOKEN: "0123456789abcdef" } });
    const ask = async (Authorization?: string) =>
      (await fetch(`${guarded.server.url}/metrics`, { headers: Authorization ? { Authorization } : {} }))
        .status;
    expect([await ask(), await ask("Bearer wrong"), await ask("Bearer 0123456789abcdef")]).toEqual([
      401, 401, 200,
    ]);
    expect((await fetch(`${guarded.server.url}/metrics`, { method: "POST" })).status).toBe(405);
  });

  it("[OP5] adds up what all threads have counted, whichever is asked", async () => {
    const folder = await mkdtemp(join(tmpdir(), "relite-metrics-"));
    const env = { DAV_PORT: "0", DAV_DATA_DIR: folder, DAV_THREADS: "3", DAV_LOG_LEVEL: "silent" };
    const audit = { write() {}, append() {}, close: async () => {} };
    const server = await startThreadedServer(readConfig(env), { log: silentLogger, audit });
    const ask = async (path: string) => {
      // A connection of its own: the system chooses the thread.
      const [answer] = await once(get(`${server.url}${path}`, { agent: false }), "response");
      return (await buffer(answer)).toString();
    };
    await Promise.all(Array.from({ length: 60 }, () => ask("/healthz")));
    for (let time = 0; time < 5; time += 1) {
      await vi.waitFor(async () => {
        const text = await ask("/metrics");
        const counts = [...text.matchAll(/_count{method="GET",zone="pages",status="200"} (\d+)/g)];
        expect(Number(counts[0]?.[1])).toBeGreaterThanOrEqual(60 + time);
        const residentBytes = Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]);
        expect(residentBytes / process.memoryUsage.rss()).toBeLessThan(1.5);
        expect(text).toContain("nodejs_heap_size_used_bytes");
      });
    }
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
});
