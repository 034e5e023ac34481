import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { claimed, newSigner, startTestApi } from "./api-under-test.ts";
import { signalOnce, startWebServer } from "./web-servers.ts";

async function proxyTo(backendUrl: string) {
  const api = await startTestApi({ WEBDAV_BACKEND_BASE_URL: backendUrl });
  const owner = await claimed(api);
  const own = `Bearer ${await api.tokenOf(owner.signer)}`;
  const send = (path: string, init: RequestInit = {}) =>
    fetch(`${api.url}/api/webdav${path}`, {
      redirect: "manual",
      ...init,
      headers: { authorization: "Bearer for-the-endpoint", "x-relite-authorization": own, ...init.headers },
    });
  return { api, own, send, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() };
}

describe("who and what passes", () => {
  test("[PX1] only known users, shown by a token for the API itself", async () => {
    await using backend = await startWebServer((_request, response) => response.end());
    await using proxy = await proxyTo(backend.url);
    const stranger = `Bearer ${await proxy.api.tokenOf(await newSigner())}`;
    const expected = [
      ["", "missing"],
      ["Bearer nonsense", "malformed"],
      [stranger, "unknown_root"],
    ];
    for (const [header = "", reason] of expected) {
      const answer = await proxy.send("/apps/relite/x", { headers: { "x-relite-authorization": header } });
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ code: "unauthorized", reason });
    }
    expect(backend.connections.count).toBe(0);
  });

  test("[PX4] headers by allowlist, the endpoint's own token, never the API's", async () => {
    await using backend = await startWebServer((_request, response) => {
      response.setHeader("etag", '"e1"').setHeader("set-cookie", "a=b").setHeader("x-powered-by", "secret");
      response.setHeader("access-control-allow-origin", "*").setHeader("dav", "1, 2");
      response.setHeader("location", `${backend.url}/dav/apps/relite/made`).writeHead(201).end();
    });
    await using proxy = await proxyTo(backend.url);
    const answer = await proxy.send("/apps/relite/x?token=abc", {
      method: "MOVE",
      headers: {
        destination: `${proxy.api.url}/api/webdav/apps/relite/y`,
        depth: "infinity",
        overwrite: "F",
        cookie: "session=1",
        "x-forwarded-for": "1.2.3.4",
        "x-evil": "1",
        origin: "http://evil.example",
      },
    });
    expect(answer.status).toBe(201);
    const [seen] = backend.seen;
    expect(seen).toMatchObject({ method: "MOVE", url: "/dav/apps/relite/x" });
    expect(seen?.headers).toMatchObject({
      authorization: "Bearer for-the-endpoint",
      destination: `${backend.url}/dav/apps/relite/y`,
      depth: "infinity",
      overwrite: "F",
    });
    for (const name of ["x-relite-authorization", "cookie", "x-forwarded-for", "x-evil", "origin"])
      expect(seen?.headers, name).not.toHaveProperty(name);
    expect(JSON.stringify(seen)).not.toContain(proxy.own);
    expect(answer.headers.get("etag")).toBe('"e1"');
    expect(answer.headers.get("dav")).toBe("1, 2");
    expect(answer.headers.get("location")).toBe("/api/webdav/apps/relite/made");
    for (const name of ["set-cookie", "x-powered-by", "access-control-allow-origin"])
      expect(answer.headers.get(name), name).toBeNull();
  });

  test("[PX2] no path, destination or method reaches anything but the endpoint's apps", async () => {
    await using backend = await startWebServer((_request, response) => response.end());
    await using proxy = await proxyTo(backend.url);
    const raw = (line: string, headers = "") =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(proxy.api.server.port, "127.0.0.1");
        let text = "";
        socket.on("data", (piece) => {
          text += piece.toString();
        });
        socket.on("end", () => resolve(text.split("\r\n")[0] ?? ""));
        socket.on("error", reject);
        socket.write(
          `${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Relite-Authorization: ${proxy.own}\r\n${headers}\r\n`,
        );
      });
    const expected: readonly (readonly [string, string, string])[] = [
      ["GET /api/webdav/apps/relite/../../../../etc/passwd", "", "400"],
      ["GET /api/webdav/apps/relite/%2e%2e/x", "", "400"],
      ["GET /api/webdav/apps/relite/a%2fb", "", "400"],
      ["GET /api/webdav/apps/relite/%zz", "", "400"],
      ["GET /api/webdav/apps/relite//x", "", "400"],
      ["GET /api/webdav/apps/relite/a%00b", "", "400"],
      ["GET /api/webdav/apps/REL!TE/x", "", "404"],
      ["GET /api/webdav/relite/info", "", "404"],
      ["POST /api/webdav/apps/relite/x", "Content-Length: 0\r\n", "404"],
      ["TRACE /api/webdav/apps/relite/x", "", "404"],
      [
        "MOVE /api/webdav/apps/relite/x",
        "Destination: http://evil.example/api/webdav/apps/relite/y\r\n",
        "400",
      ],
      ["COPY /api/webdav/apps/relite/x", "Destination: /api/webdav/apps/relite/../y\r\n", "400"],
      ["GET http://evil.example/api/webdav/apps/relite/x", "", "40"],
    ];
    for (const [line, headers, status] of expected)
      expect(await raw(line, headers), line).toContain(`HTTP/1.1 ${status}`);
    expect(backend.seen).toEqual([]);
  });

  test("[PX6] redirects of the endpoint are not followed, and a dead endpoint is a 502", async () => {
    await using elsewhere = await startWebServer((_request, response) => response.end());
    await using backend = await startWebServer((_request, response) =>
      response.writeHead(302, { location: elsewhere.url }).end(),
    );
    await using proxy = await proxyTo(backend.url);
    const answer = await proxy.send("/apps/relite/x");
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({ code: "upstream_failed", reason: "redirected" });
    expect(elsewhere.connections.count).toBe(0);
    await backend[Symbol.asyncDispose]();
    const dead = await proxy.send("/apps/relite/x");
    expect(dead.status).toBe(502);
    expect(await dead.text()).not.toContain("127.0.0.1");
  });
});

describe("streams", () => {
  test("[PX5] listings and lock answers name the proxy's own addresses, files are left as they are", async () => {
    const xml = "<D:response><D:href>/dav/apps/relite/x</D:href></D:response>";
    let status = 207;
    await using backend = await startWebServer((_request, response) => {
      response
        .writeHead(status, { "content-type": "application/xml", "content-length": xml.length })
        .end(xml);
    });
    await using proxy = await proxyTo(backend.url);
    const ask = async (method: string) => {
      const body = method === "GET" ? {} : { body: "<ask/>" };
      const answer = await proxy.send("/apps/relite/x", { method, ...body, headers: { depth: "1" } });
      return [answer.status, await answer.text()];
    };
    const rewritten = xml.replace("/dav/", "/api/webdav/");
    expect(await ask("PROPFIND")).toEqual([207, rewritten]);
    status = 200;
    expect(await ask("LOCK")).toEqual([200, rewritten]);
    expect(await ask("GET")).toEqual([200, xml]);
    expect(backend.seen[0]).toMatchObject({ method: "PROPFIND", body: "<ask/>", headers: { depth: "1" } });
  });

  test("[PX7] a body flows while it is sent, and an upload that breaks off breaks off at the endpoint", async () => {
    const firstPiece = signalOnce();
    const brokenOff = signalOnce();
    await using backend = await startWebServer((request) => {
      request.once("data", firstPiece.tell);
      request.once("aborted", brokenOff.tell);
    });
    await using proxy = await proxyTo(backend.url);
    const stop = new AbortController();
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new Uint8Array(100_000)),
    });
    // Node wants `duplex` for a streamed body; the DOM's types do not know it.
    const halfDuplex = { duplex: "half" };
    const upload = proxy.send("/apps/relite/big", {
      method: "PUT",
      body,
      signal: stop.signal,
      ...halfDuplex,
    });
    const failed = expect(upload).rejects.toThrow();
    await firstPiece.happened;
    stop.abort();
    await failed;
    await brokenOff.happened;
  });

  test("[PX7] 20 MB pass in both directions, and a reader who leaves ends the endpoint's answer", async () => {
    const bytes = Buffer.alloc(20_000_000, "relite");
    const left = signalOnce();
    await using backend = await startWebServer((request, response) => {
      if (request.method === "GET" && request.url?.endsWith("endless")) {
        const timer = setInterval(() => response.write(Buffer.alloc(65_536)), 1);
        response.once("close", () => {
          clearInterval(timer);
          left.tell();
        });
        return;
      }
      if (request.method === "GET") return response.end(bytes);
      let received = 0;
      request.on("data", (piece: Buffer) => {
        received += piece.length;
      });
      request.on("end", () => response.writeHead(201, { etag: `"${received}"` }).end());
    });
    await using proxy = await proxyTo(backend.url);
    const put = await proxy.send("/apps/relite/big", { method: "PUT", body: bytes });
    expect([put.status, put.headers.get("etag")]).toEqual([201, '"20000000"']);
    const got = Buffer.from(await (await proxy.send("/apps/relite/big")).arrayBuffer());
    expect(got.equals(bytes)).toBe(true);
    const endless = await proxy.send("/apps/relite/endless");
    const reader = endless.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await left.happened;
  });
});
