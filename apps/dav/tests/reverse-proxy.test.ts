import { get } from "node:http";
import { describe, expect, it } from "vitest";
import { readConfig } from "../src/config.ts";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { accessClient } from "./access-client.ts";

type Headers = Readonly<Record<string, string>>;

/** How many of so many wrong passwords are let through to the door. */
async function guess(dav: TestServer, count: number, headersOf: (at: number) => Headers): Promise<number> {
  const client = accessClient(dav);
  let tried = 0;
  for (let at = 0; at < count; at += 1) {
    const { status } = await client.basic("a".repeat(40), "GET", "f", { headers: headersOf(at) });
    if (status === 401) tried += 1;
  }
  return tried;
}

const from = (address: string): Headers => ({ "X-Forwarded-For": address });

describe("behind a reverse proxy", () => {
  it("[RP1] addresses are limited one by one where the proxy is trusted, and only there", async () => {
    await using trusting = await startTestServer({ env: { DAV_TRUSTED_PROXIES: "127.0.0.1, 10.0.0.0/8" } });
    expect(await guess(trusting, 25, () => from("198.51.100.1"))).toBeLessThan(25);
    expect(await guess(trusting, 5, () => from("198.51.100.2"))).toBe(5);
    // What the client wrote before the proxy did makes it nobody else.
    expect(await guess(trusting, 5, (at) => from(`10.1.1.${at}, 8.8.8.${at}, 198.51.100.1`))).toBe(0);
    expect(await guess(trusting, 5, (at) => from(`8.8.8.${at}, 198.51.100.1, 10.0.0.7`))).toBe(0);
    expect(
      await guess(trusting, 5, (at) => ({ ...from("198.51.100.1"), Forwarded: `for=9.9.9.${at}` })),
    ).toBe(0);
    // One holder of IPv6 is one.
    expect(await guess(trusting, 25, (at) => from(`2001:db8:1:2::${at}`))).toBeLessThan(25);
    await using careful = await startTestServer();
    expect(await guess(careful, 25, (at) => from(`198.51.100.${at}`))).toBeLessThan(25);
    await using other = await startTestServer({ env: { DAV_TRUSTED_PROXIES: "10.0.0.1" } });
    expect(await guess(other, 25, (at) => from(`198.51.100.${at}`))).toBeLessThan(25);
  });

  it("[RP1] nonsense from a trusted proxy counts as the proxy, and every request is answered", async () => {
    await using dav = await startTestServer({ env: { DAV_TRUSTED_PROXIES: "127.0.0.1" } });
    const odd = ["", ",", "unknown", "1.1.1.1, ", "%00", '"', "é", "a".repeat(9_000), ",".repeat(9_000)];
    for (const text of odd) {
      const { status } = await accessClient(dav).basic("b".repeat(40), "GET", "f", { headers: from(text) });
      expect([text.slice(0, 20), status]).toEqual([text.slice(0, 20), 401]);
    }
    expect(await guess(dav, 20, (at) => from(odd[at % odd.length] ?? ""))).toBeLessThan(20);
  });

  it("[RP1] the audit line has the address of who asks", async () => {
    const lines: Readonly<Record<string, unknown>>[] = [];
    const audit = { write: (line: (typeof lines)[number]) => void lines.push(line), close: async () => {} };
    await using dav = await startTestServer({
      env: { DAV_TRUSTED_PROXIES: "127.0.0.1", DAV_PROXY_HEADER: "forwarded" },
      parts: { audit },
    });
    await dav.request("PUT", "f", { body: "x", headers: { Forwarded: 'for="[2001:db8::7]:80"' } });
    await dav.request("PUT", "f", { body: "x", headers: from("198.51.100.1") });
    await expect.poll(() => lines.map(({ address }) => address)).toEqual(["2001:db8::7", "127.0.0.1"]);
  });

  it.each([
    ["", {}, 200],
    ["", from("127.0.0.1"), 403],
    ["", { Forwarded: "for=127.0.0.1" }, 403],
    ["", { "X-Real-IP": "127.0.0.1" }, 403],
    ["", { Via: "1.1 proxy" }, 403],
    ["10.0.0.1", {}, 200],
    ["127.0.0.1", {}, 403],
    ["127.0.0.1", from("127.0.0.1"), 403],
    ["127.0.0.0/8", from("198.51.100.1"), 403],
  ])(
    "[RP2] trusting %j, /metrics with %j is %i: behind a proxy nobody is local",
    async (proxies, headers, status) => {
      await using dav = await startTestServer({ env: { DAV_TRUSTED_PROXIES: proxies } });
      // By node:http, for fetch keeps Via to itself.
      const answered = await new Promise<number | undefined>((resolve, reject) => {
        const sent = get(`${dav.server.url}/metrics`, { headers, agent: false }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        sent.once("error", reject);
      });
      expect(answered).toBe(status);
    },
  );

  it("[RP3] Destination and If may name the host of an audience that was set, whatever Host a proxy passes on", async () => {
    await using dav = await startTestServer({
      env: { DAV_AUDIENCES: "did:web:files.example,did:web:intern%3A8443" },
    });
    const client = accessClient(dav, "did:web:files.example");
    const { password } = await client.create({ ucan: await client.ucan() });
    const send = async (method: string, path: string, headers: Headers = {}) =>
      (await client.basic(password, method, path, { headers })).status;
    await client.basic(password, "PUT", "f", { body: "x" });
    const to = (host: string, name: string) => ({ Destination: `https://${host}/dav/apps/test/${name}` });
    expect(await send("COPY", "f", to("files.example", "a"))).toBe(201);
    expect(await send("COPY", "f", to("FILES.example:443", "b"))).toBe(201);
    expect(await send("COPY", "f", to("intern:8443", "c"))).toBe(201);
    for (const host of ["elsewhere.example", "files.example.evil", "files.example:8443", "intern", ""])
      expect([host, await send("COPY", "f", to(host, "d"))]).toEqual([host, 502]);
    expect(
      await send("COPY", "f", { ...to("elsewhere.example", "d"), "X-Forwarded-Host": "elsewhere.example" }),
    ).toBe(502);
    const tag = "<https://files.example/dav/apps/test/f>";
    expect(await send("PUT", "g", { If: `${tag} (["wrong"])` })).toBe(412);
    expect(await send("PUT", "g", { If: `${tag} (Not ["wrong"])` })).toBe(201);
  });

  it.each([
    ["DAV_TRUSTED_PROXIES", "0.0.0.0/0"],
    ["DAV_TRUSTED_PROXIES", "*"],
    ["DAV_TRUSTED_PROXIES", "localhost"],
    ["DAV_TRUSTED_PROXIES", "true"],
    ["DAV_TRUSTED_PROXIES", "10.0.0.1,10.0.0/8"],
    ["DAV_PROXY_HEADER", "x-real-ip"],
  ])("[RP4] %s=%s is refused", (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(name);
  });
});
