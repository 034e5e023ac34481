import { describe, expect, test } from "vitest";
import { signalOnce, startWebServer } from "../../tests/web-servers.ts";
import { createEgress, type EgressParts } from "./guarded-fetch.ts";

const hello: Parameters<typeof startWebServer>[0] = (_request, response) => response.end("hello");

function egressUnderTest(parts: Partial<EgressParts> = {}) {
  const egress = createEgress({ allowsPrivate: () => true, ...parts });
  return { fetch: egress.fetch, [Symbol.asyncDispose]: () => egress.close() };
}

const refused = { code: "forbidden", reason: "address_refused" };

describe("where requests go", () => {
  test("[EG2] private addresses are refused in every spelling before a socket opens", async () => {
    await using server = await startWebServer(hello);
    await using egress = egressUnderTest({ allowsPrivate: () => false });
    const hosts = [
      "127.0.0.1",
      "localhost",
      "2130706433",
      "0177.0.0.1",
      "0x7f.1",
      "127.1",
      "[::ffff:127.0.0.1]",
      "[::1]",
      "0",
    ];
    for (const host of hosts)
      await expect(egress.fetch(`http://${host}:${server.port}/`), host).rejects.toMatchObject(refused);
    expect(server.connections.count).toBe(0);
  });

  test("[EG2] private addresses are reached where they are allowed, metadata services never", async () => {
    await using server = await startWebServer(hello);
    const asked: string[] = [];
    await using egress = egressUnderTest({
      resolve: async (hostname) => {
        asked.push(hostname);
        return [{ address: "169.254.169.254", family: 4 }];
      },
    });
    expect(await (await egress.fetch(server.url)).text()).toBe("hello");
    for (const host of [
      "169.254.169.254",
      "[::ffff:169.254.169.254]",
      "2852039166",
      "metadata.internal",
      "[fd00:ec2::254]",
    ])
      await expect(egress.fetch(`http://${host}:${server.port}/`), host).rejects.toMatchObject(refused);
    expect(asked).toEqual(["metadata.internal"]);
  });

  test("[EG3] of a name with several addresses only the permitted ones are tried", async () => {
    await using server = await startWebServer(hello);
    const addresses = ["169.254.169.254", "10.0.0.1", "127.0.0.1"];
    const resolve = async () => addresses.map((address) => ({ address, family: 4 }));
    await using closed = egressUnderTest({ allowsPrivate: () => false, resolve });
    await expect(closed.fetch(`http://books.example:${server.port}/`)).rejects.toMatchObject(refused);
    const onlyLocal = async () => (await resolve()).filter(({ address }) => address !== "10.0.0.1");
    await using open = egressUnderTest({ resolve: onlyLocal });
    expect((await open.fetch(`http://books.example:${server.port}/`)).status).toBe(200);
  });

  test("[EG3] the address is looked at on every connection, so a name cannot change its mind", async () => {
    await using server = await startWebServer((_request, response) => {
      response.setHeader("connection", "close");
      response.end("hello");
    });
    let address = "127.0.0.1";
    await using egress = egressUnderTest({ resolve: async () => [{ address, family: 4 }] });
    expect((await egress.fetch(`http://books.example:${server.port}/`)).status).toBe(200);
    address = "169.254.169.254";
    await expect(egress.fetch(`http://books.example:${server.port}/`)).rejects.toMatchObject(refused);
    expect(server.connections.count).toBe(1);
  });

  test("[EG2] a connection kept alive from when private addresses were allowed is not used afterwards", async () => {
    await using server = await startWebServer(hello);
    let isAllowed = true;
    await using egress = egressUnderTest({ allowsPrivate: () => isAllowed });
    expect(await (await egress.fetch(server.url)).text()).toBe("hello");
    isAllowed = false;
    await expect(egress.fetch(server.url)).rejects.toMatchObject(refused);
    expect(server.seen).toHaveLength(1);
  });

  test("[EG4] only http and https addresses without credentials are asked", async () => {
    await using egress = egressUnderTest();
    for (const address of [
      "ftp://example.org/",
      "file:///etc/passwd",
      "data:text/plain,x",
      "http://me:secret@127.0.0.1/",
    ]) {
      const failed = await egress.fetch(address).catch((error: unknown) => error);
      expect(failed, address).toMatchObject({ code: "bad_request", reason: "bad_address" });
      expect(String(failed)).not.toContain("secret");
    }
  });
});

describe("redirects", () => {
  test("[EG5] are followed to the same origin with method and body, a 303 becomes GET", async () => {
    await using server = await startWebServer((request, response) => {
      if (request.url === "/old") return response.writeHead(301, { location: "/new" }).end();
      if (request.url === "/see") return response.writeHead(303, { location: "new" }).end();
      response.end("there");
    });
    await using egress = egressUnderTest();
    const headers = { authorization: "Basic c2VjcmV0", depth: "0" };
    const answer = await egress.fetch(`${server.url}/old`, { method: "PROPFIND", body: "<a/>", headers });
    expect(await answer.text()).toBe("there");
    await egress.fetch(`${server.url}/see`, { method: "POST", body: "x" });
    expect(server.seen).toMatchObject([
      { method: "PROPFIND", url: "/old", body: "<a/>" },
      { method: "PROPFIND", url: "/new", body: "<a/>", headers },
      { method: "POST", url: "/see" },
      { method: "GET", url: "/new", body: "" },
    ]);
  });

  test("[EG5] to another origin are refused, and nothing arrives there", async () => {
    await using elsewhere = await startWebServer(hello);
    const locations = [
      elsewhere.url,
      `//127.0.0.1:${elsewhere.port}/`,
      "ftp://127.0.0.1/",
      "https://127.0.0.1/",
      "http://[",
    ];
    for (const location of locations) {
      await using server = await startWebServer((_request, response) =>
        response.writeHead(302, { location }).end(),
      );
      await using egress = egressUnderTest();
      await expect(
        egress.fetch(server.url, { headers: { authorization: "Basic c2VjcmV0" } }),
        location,
      ).rejects.toMatchObject({
        code: "upstream_failed",
        reason: "redirected",
      });
    }
    expect(elsewhere.connections.count).toBe(0);
  });

  test("[EG5] that go round end", async () => {
    await using server = await startWebServer((_request, response) =>
      response.writeHead(307, { location: "/" }).end(),
    );
    await using egress = egressUnderTest();
    await expect(egress.fetch(server.url)).rejects.toMatchObject({ reason: "redirected" });
    expect(server.seen.length).toBeLessThan(10);
  });
});

describe("limits", () => {
  test("[EG6] a body beyond the limit breaks off", async () => {
    await using server = await startWebServer((_request, response) => response.end(Buffer.alloc(200_000)));
    await using egress = egressUnderTest({ limits: { maxBytes: 100_000 } });
    const answer = await egress.fetch(server.url);
    await expect(answer.arrayBuffer()).rejects.toMatchObject({
      code: "upstream_failed",
      reason: "answer_too_large",
    });
  });

  test("[EG6] a server that says nothing, or stops in the middle, is left", async () => {
    await using silent = await startWebServer(() => undefined);
    await using stuck = await startWebServer((_request, response) => {
      response.writeHead(200).write("half");
    });
    await using egress = egressUnderTest({ limits: { headersMs: 300, idleMs: 300 } });
    await expect(egress.fetch(silent.url)).rejects.toMatchObject({
      code: "upstream_timeout",
      reason: "timeout",
    });
    const answer = await egress.fetch(stuck.url);
    await expect(answer.text()).rejects.toMatchObject({ code: "upstream_timeout", reason: "timeout" });
  });

  test("[EG6] an abort ends the request with its own reason, and the other side sees it", async () => {
    const arrived = signalOnce();
    const gone = signalOnce();
    await using server = await startWebServer((request, response) => {
      response.writeHead(200).write("half");
      request.socket.once("close", gone.tell);
      arrived.tell();
    });
    await using egress = egressUnderTest();
    const stop = new AbortController();
    const answer = await egress.fetch(server.url, { signal: stop.signal });
    await arrived.happened;
    stop.abort(new Error("enough"));
    await expect(answer.text()).rejects.toThrow("enough");
    await gone.happened;
  });

  test("[EG7] failures are named without an address or a secret", async () => {
    await using server = await startWebServer((request) => request.socket.destroy());
    await using egress = egressUnderTest({
      resolve: async (hostname) => {
        throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: "ENOTFOUND" });
      },
    });
    const failures = [
      [`${server.url}/private-path`, "connection_lost"],
      ["http://127.0.0.1:1/private-path", "connection_refused"],
      ["http://private-name.example/", "dns_failed"],
      [`https://127.0.0.1:${server.port}/private-path`, "tls_failed"],
    ] as const;
    for (const [address, reason] of failures) {
      const failed = await egress.fetch(address).catch((error: unknown) => error);
      expect(failed, address).toMatchObject({ code: "upstream_failed", reason });
      expect(String(failed)).not.toMatch(/127|private/);
    }
  });
});
