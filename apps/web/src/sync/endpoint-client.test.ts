import { fakeClock, serveHandler } from "@relite/core/testing";
import { generateKeyPair, signerFromKeyPair } from "@relite/core/ucan";
import { describe, expect, it } from "vitest";
import type { Endpoint } from "../settings/endpoint-settings.ts";
import { createEndpointClient } from "./endpoint-client.ts";

interface Seen {
  readonly url: string;
  readonly authorization: string | null;
  readonly forApi: string | null;
}

async function startServer() {
  const seen: Seen[] = [];
  const server = await serveHandler(async (request) => {
    seen.push({
      url: `${request.method} ${new URL(request.url).pathname}`,
      authorization: request.headers.get("authorization"),
      forApi: request.headers.get("x-relite-authorization"),
    });
    return new Response(null, { status: 201 });
  });
  return { server, seen, [Symbol.asyncDispose]: () => server.close() };
}

const claimsOf = (bearer: string | null) => {
  const [, payload = ""] = (bearer ?? "").replace("Bearer ", "").split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as { aud: string; att: unknown };
};

async function clientFor(endpoint: Endpoint, apiOrigin: string) {
  const signer = await signerFromKeyPair(await generateKeyPair({ extractable: false }));
  const clock = fakeClock();
  const api = { origin: apiOrigin, audience: "did:web:api.example" };
  return createEndpointClient({ endpoint, signer, clock, fetch, api });
}

const settings = { prefix: "/dav", audience: "did:web:dav.example", appId: "relite" } as const;

describe("the way to the endpoint", () => {
  it("[WSY1] direct mode goes to the endpoint, with a token for it and this app alone", async () => {
    await using dav = await startServer();
    await using api = await startServer();
    const endpoint = { ...settings, baseUrl: dav.server.origin, mode: "direct" } as const;
    const { client } = await clientFor(endpoint, api.server.origin);
    await client.put("apps/relite/a", "x");
    expect(api.seen).toEqual([]);
    expect(dav.seen[0]).toMatchObject({ url: "PUT /dav/apps/relite/a", forApi: null });
    expect(claimsOf(dav.seen[0]?.authorization ?? null)).toMatchObject({
      aud: "did:web:dav.example",
      att: [{ with: "app:relite", can: "app/write" }],
    });
  });

  it("[WSY1] proxy mode goes to the API only, with its own token beside the endpoint's", async () => {
    await using dav = await startServer();
    await using api = await startServer();
    const endpoint = { ...settings, baseUrl: dav.server.origin, mode: "proxy" } as const;
    const { client } = await clientFor(endpoint, api.server.origin);
    await client.put("apps/relite/a", "x");
    expect(dav.seen).toEqual([]);
    expect(api.seen[0]?.url).toBe("PUT /api/webdav/apps/relite/a");
    expect(claimsOf(api.seen[0]?.authorization ?? null).aud).toBe("did:web:dav.example");
    expect(claimsOf(api.seen[0]?.forApi ?? null).aud).toBe("did:web:api.example");
  });
});
