import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { litmusSuites, runLitmus } from "../../apps/dav/peers/litmus.ts";
import { type OwnedEndpoint, startOwnedEndpoint } from "./owned-endpoint.ts";
import { ensureProgram } from "./packages.ts";
import type { PeerServer } from "./process-server.ts";
import { type ReverseProxy, startReverseProxy } from "./reverse-proxies.ts";

const proxies: readonly (readonly [ReverseProxy, string, string])[] = [
  ["nginx", "nginx", "nginx-light"],
  ["apache", "apache2", "apache2"],
];
const litmus = ensureProgram("litmus", "litmus");

for (const [kind, program, named] of proxies) {
  const { available, reason } = ensureProgram(program, named);

  describe.skipIf(!available)(`behind ${kind} as the documentation sets it up ${reason}`, () => {
    let endpoint: OwnedEndpoint;
    let proxy: PeerServer;
    let password: string;
    beforeAll(async () => {
      endpoint = await startOwnedEndpoint("test", { DAV_TRUSTED_PROXIES: "127.0.0.1" });
      proxy = await startReverseProxy(kind, endpoint.port);
      password = await endpoint.appPassword();
    });
    afterAll(async () => {
      await proxy.close();
      await endpoint[Symbol.asyncDispose]();
    });

    /** From an address of its own, so that it can be told from the proxy's. */
    async function send(
      method: string,
      path: string,
      {
        headers = {},
        body,
      }: { headers?: Readonly<Record<string, string>>; body?: AsyncIterable<Buffer> } = {},
    ) {
      const sent = request(proxy.url + path, {
        method,
        headers,
        auth: `me:${password}`,
        localAddress: "127.0.0.2",
        agent: false,
      });
      const answered = once(sent, "response");
      if (body !== undefined) for await (const chunk of body) sent.write(chunk);
      sent.end();
      const [answer] = (await answered) as [IncomingMessage];
      return { status: answer.statusCode, headers: answer.headers, body: await buffer(answer) };
    }

    it.skipIf(!litmus.available).each(litmusSuites)(
      `[RP5] litmus %s passes whole ${litmus.reason}`,
      async (suite, count) => {
        const at = [`${proxy.url}/dav/apps/test/`, "litmus", password];
        expect(await runLitmus(at, suite)).toEqual({
          suite,
          passed: count,
          run: count,
          warnings: 0,
          remarks: [],
        });
      },
    );

    it("[RP5] large bodies in chunks, odd names, and a Destination of another scheme", async () => {
      const mebibyte = Buffer.alloc(1024 * 1024, 7);
      async function* body() {
        for (let at = 0; at < 24; at += 1) yield mebibyte;
      }
      const name = "/dav/apps/test/a%20%25%23%3B%C3%A4%26%2B%27b";
      expect((await send("PUT", name, { body: body() })).status).toBe(201);
      const { host } = new URL(proxy.url);
      const moved = await send("MOVE", name, {
        headers: { Destination: `https://${host}/dav/apps/test/b%25b`, Depth: "infinity", Overwrite: "F" },
      });
      expect(moved.status).toBe(201);
      const found = await send("GET", "/dav/apps/test/b%25b", {
        headers: { Range: "bytes=1048576-25165823" },
      });
      expect([found.status, found.body.length]).toEqual([206, 23 * 1024 * 1024]);
      expect((await send("GET", "/dav/apps/test/..%2f..%2fx")).status).toBe(400);
    });

    it("[RP5] who asks is known, whatever is claimed, and nobody is local", async () => {
      const claimed = { "X-Forwarded-For": "9.9.9.9", Forwarded: "for=9.9.9.9", "X-Real-IP": "9.9.9.9" };
      const { status, headers } = await send("DELETE", "/dav/apps/test/not-there", { headers: claimed });
      expect(status).toBe(404);
      const audit = () => readFile(join(endpoint.folder, "data/dav/audit.log"), "utf8");
      await expect.poll(audit).toContain(String(headers["x-request-id"]));
      const line = (await audit()).split("\n").find((text) => text.includes(String(headers["x-request-id"])));
      expect(JSON.parse(line ?? "{}").address).toBe("127.0.0.2");
      expect((await send("GET", "/metrics")).status).toBe(403);
      for (let at = 0; at < 25; at += 1)
        await fetch(`${proxy.url}/dav/apps/test/`, {
          headers: { Authorization: `Basic ${btoa(`x:${"a".repeat(40)}`)}` },
        });
      expect((await send("GET", "/dav/apps/test/b%25b", { headers: { Range: "bytes=0-9" } })).status).toBe(
        206,
      );
    });
  });
}
