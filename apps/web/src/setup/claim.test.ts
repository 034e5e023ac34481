import { createServer, type IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { claimServer, createEndpointTarget } from "./claim.ts";

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A server on a free port that answers every claim the same way and notes what it was asked. */
async function startServer(answer: Answer) {
  const seen: {
    readonly method: string;
    readonly path: string;
    readonly auth: string;
    readonly body: string;
  }[] = [];
  const server = createServer(async (request, response) => {
    seen.push({
      method: request.method ?? "",
      path: request.url ?? "",
      auth: request.headers.authorization ?? "",
      body: await bodyOf(request),
    });
    response.writeHead(answer.status, { "content-type": "application/problem+json" }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, seen, [Symbol.dispose]: () => void server.close() };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString("utf8");
}

const targetAt = (baseUrl: string, isMine = false) =>
  createEndpointTarget({ baseUrl, fetch, token: async () => "token", isMine: async () => isMine });

describe("claiming the endpoint", () => {
  it("[WSU2] sends the code and a token, and is enrolled on 201", async () => {
    using server = await startServer({ status: 201, body: '{"did":"did:key:z"}' });
    expect(await claimServer(targetAt(server.url), "the-code")).toEqual({ state: "enrolled" });
    expect(server.seen).toEqual([
      { method: "POST", path: "/relite/claim", auth: "Bearer token", body: '{"code":"the-code"}' },
    ]);
  });

  it.each([
    [403, '{"code":"insufficient","reason":"bad_setup_code"}', { state: "wrong_code" }],
    [409, '{"code":"conflict","reason":"already_claimed"}', { state: "already_claimed" }],
    [429, '{"code":"rate_limited","detail":"wait"}', failed("rate_limited", null, "wait")],
    [
      401,
      '{"code":"unauthorized","reason":"wrong_audience"}',
      failed("unauthorized", "wrong_audience", null),
    ],
    [502, "<html>bad gateway</html>", failed("http_502", null, null)],
    [500, '["not an object"]', failed("http_500", null, null)],
  ])("[WSU3] %i %s", async (status, body, expected) => {
    using server = await startServer({ status, body });
    expect(await claimServer(targetAt(server.url), "x")).toEqual(expected);
  });

  it("[WSU3] a second claim by the same owner is told apart from somebody else's", async () => {
    using server = await startServer({ status: 409, body: '{"code":"conflict"}' });
    expect(await claimServer(targetAt(server.url, true), "x")).toEqual({ state: "already_yours" });
  });

  it("[WSU3] no answer names the address, so that the user sees where it was looked for", async () => {
    const server = await startServer({ status: 201, body: "{}" });
    server[Symbol.dispose]();
    expect(await claimServer(targetAt(server.url), "x")).toEqual({
      state: "unreachable",
      address: server.url,
    });
  });
});

function failed(code: string, reason: string | null, message: string | null) {
  return { state: "failed", failure: { code, reason, message } };
}
