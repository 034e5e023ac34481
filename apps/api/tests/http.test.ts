import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { claimed, startTestApi } from "./api-under-test.ts";
import { signalOnce, startWebServer } from "./web-servers.ts";

const policy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline' blob:; img-src 'self' blob: data:; font-src 'self' blob: data:; frame-src blob:; worker-src 'self'; connect-src 'self' blob: https://dav.example; object-src 'none'; base-uri 'none'; form-action 'none'";

async function builtWebApp() {
  const path = await mkdtemp(join(tmpdir(), "relite-web-"));
  await mkdir(join(path, "assets"));
  await writeFile(join(path, "index.html"), "<!doctype html><title>Relite</title>");
  await writeFile(join(path, ".sources"), "what it was built from");
  await writeFile(join(path, "assets/app-1234.js"), "export {};");
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const page = { headers: { accept: "text/html,*/*" } };

describe("the page and its policy", () => {
  test("[WB1] every answer carries the policy with the configured endpoint and nothing wider", async () => {
    await using web = await builtWebApp();
    await using api = await startTestApi(
      { WEBDAV_BACKEND_BASE_URL: "https://dav.example/base" },
      { webDist: web.path },
    );
    const paths = [
      "/",
      "/index.html",
      "/assets/app-1234.js",
      "/assets/none.js",
      "/library/x",
      "/api/setup",
      "/api/none",
      "/api/me",
      "/%zz",
      "/healthz",
    ];
    for (const path of paths) {
      const answer = await fetch(api.url + path, page);
      const given = (answer.headers.get("content-security-policy") ?? "")
        .split(";")
        .map((part) => part.trim());
      expect(given.join("; "), path).toBe(policy);
      expect(answer.headers.get("x-content-type-options"), path).toBe("nosniff");
      expect(answer.headers.get("referrer-policy"), path).toBe("no-referrer");
      await answer.body?.cancel();
    }
  });

  test("[WB2] addresses of the app get the page, files their bytes, everything else a problem", async () => {
    await using web = await builtWebApp();
    await using api = await startTestApi({}, { webDist: web.path });
    for (const path of ["/", "/library", "/setup?x=1", "/chat/a.b"]) {
      const answer = await fetch(api.url + path, page);
      expect([path, answer.status, answer.headers.get("cache-control")]).toEqual([path, 200, "no-cache"]);
      expect(await answer.text()).toContain("<title>Relite</title>");
    }
    const asset = await fetch(`${api.url}/assets/app-1234.js`);
    expect(asset.headers.get("cache-control")).toContain("immutable");
    expect(asset.headers.get("content-type")).toContain("javascript");
    const refused: readonly (readonly [string, string, string])[] = [
      ["GET", "/assets/none.js", "*/*"],
      ["GET", "/.sources", "*/*"],
      ["POST", "/library", "text/html"],
      ["GET", "/api/none", "text/html"],
      ["GET", "/..%2f..%2fetc%2fpasswd", "*/*"],
      ["GET", "/assets/..%2findex.html%00", "*/*"],
    ];
    for (const [method, path, accept] of refused) {
      const answer = await fetch(api.url + path, { method, headers: { accept } });
      expect([path, answer.status >= 400 && answer.status < 500]).toEqual([path, true]);
      expect(answer.headers.get("content-type"), path).toBe("application/problem+json; charset=utf-8");
    }
  });

  test("[WB3] without a built app there is a page that says so, and the API works", async () => {
    await using api = await startTestApi({}, { webDist: join(tmpdir(), "relite-never-built") });
    const answer = await fetch(`${api.url}/`, page);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain("has not been built");
    expect((await fetch(`${api.url}/api/setup`)).status).toBe(200);
  });
});

describe("operation", () => {
  test("[OP1] health, readiness, metrics and the public settings need no login", async () => {
    await using api = await startTestApi({
      WEBDAV_BACKEND_BASE_URL: "https://dav.example",
      WEBDAV_BACKEND_PREFIX: "/files",
      NEXT_PUBLIC_WEBDAV_UCAN_AUD: "did:web:dav.example",
    });
    const read = async (path: string) => (await fetch(api.url + path)).json();
    expect(await read("/healthz")).toEqual({ status: "ok" });
    expect(await read("/readyz")).toEqual({ status: "ready" });
    expect(await read("/api/setup")).toEqual({ claimed: false, audience: api.audience });
    expect(await read("/api/config")).toEqual({
      backendBaseUrl: "https://dav.example",
      backendPrefix: "/files",
      ucanAudience: "did:web:dav.example",
      apiAudience: api.audience,
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
    const metrics = await (await fetch(`${api.url}/metrics`)).text();
    expect(metrics).toContain(
      'relite_api_request_seconds_count{method="GET",route="/healthz",status="200"} 1',
    );
  });

  test("[OP2] beyond the rate a client is asked to wait, and the page is still served", async () => {
    await using api = await startTestApi({ RELITE_REQUESTS_PER_MINUTE: "5" });
    const statuses: number[] = [];
    for (let round = 0; round < 7; round++) statuses.push((await fetch(`${api.url}/api/setup`)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
    const refused = await fetch(`${api.url}/api/trpc/me.get`);
    expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(await refused.json()).toMatchObject({
      error: { data: { code: "rate_limited", httpStatus: 429 } },
    });
    expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
  });

  test("[OP6] behind a trusted proxy the rate is counted by who asks, and by nobody's word otherwise", async () => {
    const statuses = async (url: string, addressOf: (round: number) => string) => {
      const found: number[] = [];
      for (let round = 0; round < 6; round++) {
        const headers = { "X-Forwarded-For": addressOf(round), Forwarded: `for=9.9.9.${round}` };
        found.push((await fetch(`${url}/api/setup`, { headers })).status);
      }
      return found;
    };
    await using api = await startTestApi({
      RELITE_REQUESTS_PER_MINUTE: "5",
      RELITE_TRUSTED_PROXIES: "127.0.0.1",
    });
    const limited = [200, 200, 200, 200, 200, 429];
    expect(await statuses(api.url, (round) => `8.8.8.${round}, 198.51.100.1`)).toEqual(limited);
    expect(await statuses(api.url, () => "2001:db8::1")).toEqual(limited);
    expect(await statuses(api.url, (round) => `198.51.101.${round}`)).not.toContain(429);
    expect(await statuses(api.url, () => "nonsense")).toEqual(limited);
    await using careful = await startTestApi({ RELITE_REQUESTS_PER_MINUTE: "5" });
    expect(await statuses(careful.url, (round) => `198.51.100.${round}`)).toEqual(limited);
  });

  test("[OP3] a stop lets a request end, ends what only listens, and takes no new one", async () => {
    const asked = signalOnce();
    const release = signalOnce();
    await using provider = await startWebServer(async (_request, response) => {
      asked.tell();
      await release.happened;
      response
        .setHeader("content-type", "application/json")
        .end('{"choices":[{"message":{"content":"late"}}]}');
    });
    await using api = await startTestApi();
    const { client } = await claimed(api);
    await client.settings.update.mutate({ chat: { baseUrl: provider.url, model: "m" } });
    const watched = signalOnce();
    const ended = signalOnce();
    client.jobs.watch.subscribe({}, { onStarted: () => watched.tell(), onComplete: () => ended.tell() });
    await watched.happened;
    const parts: unknown[] = [];
    const answer = (async () => {
      const messages = [{ role: "user" as const, content: "x" }];
      for await (const part of await client.chat.complete.mutate({ messages })) parts.push(part);
    })();
    await asked.happened;
    const closing = api.server.close();
    await ended.happened;
    await expect(fetch(`${api.url}/healthz`)).rejects.toThrow();
    release.tell();
    await answer;
    await closing;
    expect(parts[0]).toEqual({ type: "delta", text: "late" });
  });
});
