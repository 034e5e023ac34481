import { serveHandler } from "@relite/core/testing";
import { createDavClient } from "@relite/core/webdav";
import { describe, expect, it } from "vitest";
import { type CheckResult, type CheckStep, checkEndpoint } from "./check-endpoint.ts";
import type { Endpoint } from "./endpoint-settings.ts";

interface Behaviour {
  readonly audiences?: unknown;
  readonly refuse?: (method: string) => Response | null;
}

/** The smallest endpoint: info, and files in memory. */
function createEndpoint({ audiences = ["did:web:here"], refuse = () => null }: Behaviour) {
  const files = new Map<string, string>();
  const handle = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (pathname === "/relite/info") return Response.json({ product: "relite-dav", audiences });
    const refused = refuse(request.method);
    if (refused !== null) return refused;
    if (request.method === "PROPFIND") return new Response(null, { status: 404 });
    if (request.method === "PUT") files.set(pathname, await request.text());
    if (request.method === "GET") return new Response(files.get(pathname));
    if (request.method === "DELETE") files.delete(pathname);
    return new Response(null, { status: request.method === "PUT" ? 201 : 204 });
  };
  return { files, handle };
}

async function check(behaviour: Behaviour, change: Partial<Endpoint> = {}, wasBlocked = false) {
  const { files, handle } = createEndpoint(behaviour);
  await using server = await serveHandler(handle);
  const endpoint: Endpoint = {
    baseUrl: server.origin,
    prefix: "/dav",
    audience: "did:web:here",
    mode: "direct",
    appId: "relite",
    ...change,
  };
  const results = new Map<CheckStep, CheckResult>();
  await checkEndpoint({
    endpoint,
    client: createDavClient({ baseUrl: `${server.origin}/dav/`, fetch }),
    fetch,
    wasBlocked: () => wasBlocked,
    scratchName: "scratch.txt",
    onResult: (step, result) => results.set(step, result),
  });
  return {
    files,
    states: Object.fromEntries([...results].map(([step, { state }]) => [step, state])),
    results,
  };
}

describe("checking the endpoint", () => {
  it("[WSE3] everything works, and nothing is left behind", async () => {
    const { files, states } = await check({});
    expect(states).toEqual({ reach: "ok", audience: "ok", read: "ok", write: "ok", remove: "ok" });
    expect(files.size).toBe(0);
  });

  it("[WSE3] another audience is named with both values", async () => {
    const { results } = await check({ audiences: ["did:web:there", 7] });
    expect(results.get("audience")).toEqual({
      state: "audience",
      ours: "did:web:here",
      theirs: ["did:web:there"],
    });
  });

  it("[WSE3] the first thing that is wrong is named, the rest is skipped", async () => {
    const problem = { code: "unauthorized", reason: "unknown_root" };
    const refuse = () =>
      Response.json(problem, { status: 401, headers: { "content-type": "application/problem+json" } });
    const { states, results } = await check({ refuse });
    expect(states).toEqual({
      reach: "ok",
      audience: "ok",
      read: "failed",
      write: "skipped",
      remove: "skipped",
    });
    expect(results.get("read")).toMatchObject({ failure: { reason: "unknown_root" } });
  });

  it("[WSE3] a server that is no Relite endpoint is still tried", async () => {
    const { states } = await check({ audiences: "none" });
    expect(states).toMatchObject({ reach: "no_relite", audience: "skipped", write: "ok" });
  });

  it("[WSE3] no answer, and an address the page may not speak to, are told apart", async () => {
    const silent = { baseUrl: "http://127.0.0.1:9" };
    expect((await check({}, silent)).states).toMatchObject({ reach: "unreachable", write: "skipped" });
    expect((await check({}, silent, true)).states).toMatchObject({ reach: "blocked", write: "skipped" });
  });

  it("[WSE3] through the proxy only the files are tried", async () => {
    const { states } = await check({}, { mode: "proxy" });
    expect(states).toMatchObject({ reach: "not_needed", audience: "not_needed", write: "ok" });
  });
});
