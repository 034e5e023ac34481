import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { createEndpointPlaces } from "./endpoint-places.ts";

async function startServer(status: number, body: string) {
  const seen: string[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(Buffer.from(part));
    seen.push(`${request.method} ${request.url} ${request.headers.authorization} ${Buffer.concat(parts)}`);
    response.writeHead(status, { "content-type": "application/problem+json" }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, seen, [Symbol.dispose]: () => void server.close() };
}

const placesAt = (baseUrl: string) =>
  createEndpointPlaces({ baseUrl, fetch, token: async ({ can }) => `token-for-${can}` });

describe("places on the endpoint", () => {
  it("[WSU4] the endpoint gets the invitation's id and the hash of its code, and the code from who joins", async () => {
    using server = await startServer(201, "{}");
    const places = placesAt(server.url);
    expect(await places.invite({ id: "i-1", codeHash: "h", label: "Ben" })).toEqual({ ok: true });
    expect(await places.join("the-code")).toEqual({ ok: true });
    expect(await places.takeBack("i-1")).toEqual({ ok: true });
    expect(server.seen).toEqual([
      'POST /relite/invitations Bearer token-for-access/write {"id":"i-1","codeHash":"h","label":"Ben","days":7}',
      'POST /relite/join Bearer token-for-profile/read {"code":"the-code"}',
      "DELETE /relite/invitations/i-1 Bearer token-for-access/write ",
    ]);
  });

  it.each([
    [409, '{"code":"conflict","reason":"already_enrolled"}', { ok: true }],
    [403, '{"code":"forbidden","reason":"invitation_unknown"}', refused("forbidden", "invitation_unknown")],
    [404, "<html>another server</html>", refused("http_404", null)],
  ])("[WSU5] joining answered %i %s", async (status, body, expected) => {
    using server = await startServer(status, body);
    expect(await placesAt(server.url).join("x")).toEqual(expected);
  });

  it("[WSU5] what was never there is taken back, and no answer is told as such", async () => {
    using server = await startServer(404, '{"code":"not_found"}');
    expect(await placesAt(server.url).takeBack("x")).toEqual({ ok: true });
    const silent = placesAt("http://127.0.0.1:1");
    expect(await silent.join("x")).toMatchObject({ ok: false, failure: { code: "unreachable" } });
  });
});

function refused(code: string, reason: string | null) {
  return { ok: false, failure: { code, reason, message: null } };
}
