import { fakeClock } from "@relite/core/testing";
import { type Capability, issueDelegation, issueInvocation, type Signer } from "@relite/core/ucan";
import { describe, expect, it } from "vitest";
import type { AuditLog } from "../src/audit.ts";
import { newSigner, startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { sendRaw } from "../src/testing/raw-request.ts";

const write: Capability = { with: "app:test", can: "app/write" };

interface Asked {
  readonly signer?: Signer;
  readonly capabilities?: readonly Capability[];
  readonly audience?: string;
  readonly proof?: string;
  readonly nowMs?: number;
}

function tokenFor(dav: TestServer, asked: Asked): Promise<string> {
  return issueInvocation({
    issuer: asked.signer ?? dav.owner,
    audience: asked.audience ?? `did:web:localhost%3A${dav.server.port}`,
    capabilities: asked.capabilities ?? [write],
    nowMs: asked.nowMs ?? Date.now(),
    ...(asked.proof === undefined ? {} : { proof: asked.proof }),
  });
}

async function send(dav: TestServer, method: string, path: string, token: string | null, more = {}) {
  const authorization = token === null ? {} : { Authorization: `Bearer ${token}` };
  return fetch(`${dav.server.url}${path}`, { method, headers: { ...authorization, ...more } });
}

function collectAudit(): AuditLog & { readonly lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  return { lines, write: (line) => void lines.push({ ...line }), close: async () => {} };
}

describe("authorisation", () => {
  it("[DV22] without a token: 401, and Basic is offered to programs but not to pages", async () => {
    await using dav = await startTestServer();
    const plain = await sendRaw(dav.server.port, "GET /dav/apps/test/x HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(plain.status).toBe(401);
    expect(plain.text).toContain('"code":"unauthorized","reason":"missing"');
    expect(plain.text).toMatch(/WWW-Authenticate: Bearer realm="webdav"/);
    expect(plain.text).toMatch(/WWW-Authenticate: Basic realm="webdav"/);
    for (const header of [{ Origin: "http://localhost:3020" }, { "Sec-Fetch-Mode": "cors" }]) {
      const page = await send(dav, "GET", "/dav/apps/test/x", null, header);
      expect(page.headers.get("www-authenticate")).not.toContain("Basic");
    }
  });

  it.each<[string, number, string, (dav: TestServer) => Promise<Asked> | Asked]>([
    ["for another server", 401, "wrong_audience", () => ({ audience: "did:web:elsewhere.example" })],
    ["that is expired", 401, "expired", () => ({ nowMs: Date.now() - 3_600_000 })],
    ["of a stranger", 401, "unknown_root", async () => ({ signer: await newSigner() })],
    [
      "for another app",
      403,
      "insufficient",
      () => ({ capabilities: [{ with: "app:tes", can: "app/write" }] }),
    ],
    [
      "for reading only",
      403,
      "insufficient",
      () => ({ capabilities: [{ with: "app:test", can: "app/read" }] }),
    ],
    [
      "for a path beside",
      403,
      "insufficient",
      () => ({ capabilities: [{ with: "app:test/x1", can: "app/write" }] }),
    ],
  ])("[DV23] a token %s is refused: %i %s", async (_name, status, reason, asked) => {
    await using dav = await startTestServer();
    const answer = await send(dav, "DELETE", "/dav/apps/test/x", await tokenFor(dav, await asked(dav)));
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ reason });
    const challenge = answer.headers.get("www-authenticate") ?? "";
    if (status === 401) expect(challenge).toContain(`error="invalid_token", error_description="${reason}"`);
    else expect(challenge).toContain('error="insufficient_scope", scope="app:test/x/write"');
  });

  it("[DV24] a device with a delegation, a number for a name, and Basic with the token as password are let in", async () => {
    await using dav = await startTestServer();
    const device = await newSigner();
    const proof = await issueDelegation({
      issuer: dav.owner,
      audienceDid: device.did,
      capabilities: [{ with: "app:*", can: "app/write" }],
      expiresAtSec: Math.floor(Date.now() / 1_000) + 86_400,
    });
    const audience = `did:web:127.0.0.1:${dav.server.port}`;
    const token = await tokenFor(dav, { signer: device, proof, audience });
    expect((await send(dav, "PROPFIND", "/dav/apps/test/", token)).status).toBe(207);
    const basic = Buffer.from(`anyone:${token}`).toString("base64");
    const answer = await fetch(`${dav.server.url}/dav/apps/test/`, {
      method: "PROPFIND",
      headers: { Authorization: `Basic ${basic}` },
    });
    expect(answer.status).toBe(207);
  });

  it("[DV25] COPY reads its source and writes its destination, MOVE writes both, each in its own app", async () => {
    await using dav = await startTestServer();
    await dav.request("PUT", "f", { body: "f" });
    const at = async (method: string, ...capabilities: Capability[]) => {
      const token = await tokenFor(dav, { capabilities });
      return (await send(dav, method, "/dav/apps/test/f", token, { Destination: "/dav/apps/other/f" }))
        .status;
    };
    const readTest = { with: "app:test", can: "app/read" };
    const writeOther = { with: "app:other", can: "app/write" };
    expect(await at("COPY", write)).toBe(403);
    expect(await at("COPY", readTest, { ...writeOther, can: "app/read" })).toBe(403);
    expect(await at("MOVE", readTest, writeOther)).toBe(403);
    expect(await at("COPY", readTest, writeOther)).toBe(201);
    expect(await at("MOVE", write, writeOther)).toBe(204);
  });

  it("[DV26] owners see only what is theirs", async () => {
    await using dav = await startTestServer();
    const other = await newSigner();
    const { runOwners } = await import("../src/admin/index.ts");
    const io = { out: () => {}, err: () => {}, env: {} };
    expect(await runOwners(["add", other.did, "--data", dav.folder], io)).toBe(0);
    await dav.request("PUT", "secret", { body: "mine" });
    const token = await tokenFor(dav, { signer: other });
    expect((await send(dav, "GET", "/dav/apps/test/secret", token)).status).toBe(404);
    expect(await (await send(dav, "PROPFIND", "/dav/apps/test/", token)).text()).not.toContain("secret");
  });

  it("[DV27] the server can be confined to one app, or to tokens that may write", async () => {
    await using dav = await startTestServer({
      env: { DAV_REQUIRED_RESOURCE: "app:test", DAV_REQUIRED_ACTION: "app/write" },
    });
    const get = async (capability: Capability) => {
      const token = await tokenFor(dav, { capabilities: [capability] });
      return (await send(dav, "PROPFIND", `/dav/apps/${capability.with.slice(4)}/`, token)).status;
    };
    expect(await get(write)).toBe(207);
    expect(await get({ with: "app:other", can: "app/write" })).toBe(403);
    expect(await get({ with: "app:test", can: "app/read" })).toBe(403);
  });
});

describe("cross-origin", () => {
  const preflight = (dav: TestServer, origin: string) =>
    send(dav, "OPTIONS", "/dav/apps/test/x", null, {
      Origin: origin,
      "Access-Control-Request-Method": "PROPFIND",
      "Access-Control-Request-Headers": "authorization,depth",
    });

  it("[DV28] a preflight is answered before authentication, by an exact list of origins", async () => {
    await using dav = await startTestServer();
    const allowed = await preflight(dav, "http://localhost:3020");
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get("access-control-allow-origin")).toBe("http://localhost:3020");
    expect(allowed.headers.get("access-control-allow-methods")).toContain("PROPFIND");
    for (const origin of [
      "http://localhost:3021",
      "https://localhost:3020",
      "http://localhost:3020.evil.example",
      "null",
    ]) {
      const refused = await preflight(dav, origin);
      expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([403, null]);
    }
  });

  it("[DV29] every answer to an allowed page exposes what a client needs, and to no other page", async () => {
    await using dav = await startTestServer();
    const ask = async (origin: string, token: string | null) =>
      (await send(dav, "PROPFIND", "/dav/apps/test/", token, { Origin: origin })).headers;
    for (const token of [await dav.token(), null]) {
      const headers = await ask("http://localhost:3020", token);
      expect(headers.get("access-control-allow-origin")).toBe("http://localhost:3020");
      expect(headers.get("vary")?.split(", ")).toContain("Origin");
      for (const name of "DAV ETag Date Location Lock-Token WWW-Authenticate Content-Range".split(" ")) {
        expect(headers.get("access-control-expose-headers")?.split(", ")).toContain(name);
      }
      expect((await ask("http://evil.example", token)).get("access-control-allow-origin")).toBeNull();
    }
  });
});

describe("limits and traces", () => {
  it("[DV30] an owner's requests are limited: 429 with Retry-After, and free again later", async () => {
    const clock = fakeClock(Date.now());
    await using dav = await startTestServer({ env: { DAV_RATE_LIMIT: "5" }, parts: { clock } });
    const statuses: number[] = [];
    for (let index = 0; index < 22; index += 1) {
      const answer = await dav.request("GET", "none");
      statuses.push(answer.status);
      if (answer.status === 429) expect(answer.headers.get("retry-after")).toBe("1");
    }
    expect(statuses).toEqual([...Array(20).fill(404), 429, 429]);
    clock.set(clock.nowMs() + 1_000);
    expect((await dav.request("GET", "none")).status).toBe(404);
  });

  it("[DV31] a body, the uploads at once and the quota are limited", async () => {
    await using dav = await startTestServer({
      env: { DAV_MAX_BODY: "100K", DAV_QUOTA_DEFAULT: "250K", DAV_MAX_UPLOADS: "1" },
    });
    const kib = (count: number) => new Uint8Array(count * 1024);
    expect((await dav.request("PUT", "a", { body: kib(101) })).status).toBe(413);
    const chunked = new Blob([kib(101)]).stream();
    expect((await dav.request("PUT", "a", { body: chunked })).status).toBe(413);
    expect((await dav.request("PUT", "a", { body: kib(100) })).status).toBe(201);
    expect((await dav.request("COPY", "a", { headers: { Destination: "/dav/apps/test/b" } })).status).toBe(
      201,
    );
    const over = await dav.request("PUT", "c", { body: kib(51) });
    expect([over.status, (await over.json()).reason]).toEqual([507, "quota_exceeded"]);
    expect((await dav.request("PUT", "c", { body: new Blob([kib(51)]).stream() })).status).toBe(507);
    expect((await dav.request("COPY", "a", { headers: { Destination: "/dav/apps/test/d" } })).status).toBe(
      507,
    );
    expect((await dav.request("PUT", "a", { body: kib(99) })).status).toBe(204);
    const body = `<propfind xmlns="DAV:"><prop><quota-available-bytes/></prop></propfind>`;
    const left = await (await dav.request("PROPFIND", "", { body, headers: { Depth: "0" } })).text();
    expect(left).toContain(`<D:quota-available-bytes>${51 * 1024}<`);
    let finish = () => {};
    const held = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(kib(1));
        finish = () => controller.close();
      },
    });
    const running = dav.request("PUT", "held", { body: held });
    // Until the held upload has its slot, the others are let through.
    const statuses = new Set<number>();
    while (!statuses.has(429)) statuses.add((await dav.request("PUT", "x", { body: "x" })).status);
    finish();
    expect((await running).status).toBe(201);
  });

  it("[DV32] each write and each refusal leaves an audit line, and no line holds a token", async () => {
    const audit = collectAudit();
    await using dav = await startTestServer({ parts: { audit } });
    await dav.request("PUT", "f", { body: "x", headers: { "User-Agent": "tester" } });
    await dav.request("GET", "f");
    await dav.request("COPY", "f", { headers: { Destination: "/dav/apps/other/f" } });
    const token = await dav.token([{ with: "app:other", can: "app/write" }]);
    await send(dav, "GET", "/dav/apps/test/f", token);
    await send(dav, "GET", "/dav/apps/test/f", null);
    await dav.restart();
    expect(audit.lines.map(({ method, status, code }) => [method, status, code])).toEqual([
      ["PUT", 201, undefined],
      ["COPY", 403, "insufficient"],
      ["GET", 403, "insufficient"],
      ["GET", 401, "missing"],
    ]);
    expect(audit.lines[0]).toMatchObject({
      app: "test",
      path: "/apps/test/f",
      via: "bearer",
      rootDid: dav.owner.did,
      invokerDid: dav.owner.did,
      depth: 1,
      grant: ["app:test/f app/write"],
      escalated: false,
      userAgent: "tester",
    });
    expect(audit.lines[1]).toMatchObject({ destination: "/apps/other/f", escalated: true });
    expect(JSON.stringify(audit.lines)).not.toContain("eyJ");
  });

  it("[DV33] every answer has a request id and no server of the chassis shows through", async () => {
    await using dav = await startTestServer({ parts: { newId: () => "id-1" } });
    const answer = await dav.request("GET", "none");
    expect(answer.headers.get("x-request-id")).toBe("id-1");
    expect(await answer.json()).toMatchObject({ requestId: "id-1", code: "not_found", status: 404 });
    expect(answer.headers.get("server")).toBeNull();
    expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
    const options = await send(dav, "OPTIONS", "/dav/apps/test/", null);
    expect([options.status, options.headers.get("dav")]).toEqual([200, expect.stringMatching(/^1, 2, 3\b/)]);
  });
});
