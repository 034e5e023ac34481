import { describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";

const big = new Uint8Array(300_000).map((_, index) => (index * 7919) % 251);

describe("files", () => {
  it.each([
    ["small", new TextEncoder().encode("hello")],
    ["empty", new Uint8Array()],
    ["large", big],
  ])("[DV1] stores, serves and lists a %s one", async (_name, bytes) => {
    await using dav = await startTestServer();
    const put = await dav.request("PUT", "file.bin", {
      body: bytes,
      headers: { "Content-Type": "application/x-a" },
    });
    expect(put.status).toBe(201);
    const get = await dav.request("GET", "file.bin");
    expect(get.status).toBe(200);
    expect(new Uint8Array(await get.arrayBuffer())).toEqual(bytes);
    expect(get.headers.get("etag")).toBe(put.headers.get("etag"));
    expect(get.headers.get("content-type")).toBe("application/x-a");
    expect(get.headers.get("cache-control")).toBe("private, no-store");
    const head = await dav.request("HEAD", "file.bin");
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(bytes.length)]);
    expect(await list(dav, "", "1")).toEqual(["/dav/apps/test/", "/dav/apps/test/file.bin"]);
    const again = await dav.request("PUT", "file.bin", { body: "other" });
    expect(again.status).toBe(204);
    expect(again.headers.get("etag")).not.toBe(put.headers.get("etag"));
  });

  it("[DV3] keeps everything over a restart", async () => {
    await using dav = await startTestServer();
    await dav.request("MKCOL", "a");
    await dav.request("PUT", "a/large", { body: big });
    const before = await (await dav.request("PROPFIND", "", { headers: { Depth: "infinity" } })).text();
    await dav.restart();
    expect(await (await dav.request("PROPFIND", "", { headers: { Depth: "infinity" } })).text()).toBe(before);
    expect(new Uint8Array(await (await dav.request("GET", "a/large")).arrayBuffer())).toEqual(big);
  });

  it("[DV4] names from every script come back as they were given", async () => {
    await using dav = await startTestServer();
    const names = [
      "a b",
      "ü.txt",
      "本.epub",
      "😀",
      "100%",
      "a&b<c>",
      "q?x",
      "h#y",
      "%2f",
      "it's",
      "a+b",
      "A",
      "a;v=1,2",
    ];
    for (const name of names) {
      expect((await dav.request("PUT", encodeURIComponent(name), { body: name })).status).toBe(201);
    }
    for (const name of names) {
      expect(await (await dav.request("GET", encodeURIComponent(name))).text()).toBe(name);
    }
    const listed = (await list(dav, "", "1"))
      .slice(1)
      .map((href) => decodeURIComponent(href.split("/").at(-1) ?? ""));
    expect(listed.sort()).toEqual([...names].sort());
  });
});

describe("conditions", () => {
  it("[DV5] a write happens only in the state it names", async () => {
    await using dav = await startTestServer();
    const put = (headers: Record<string, string>) => dav.request("PUT", "f", { body: "x", headers });
    expect((await put({ "If-Match": "*" })).status).toBe(412);
    const first = await put({ "If-None-Match": "*" });
    expect(first.status).toBe(201);
    expect((await put({ "If-None-Match": "*" })).status).toBe(412);
    const etag = first.headers.get("etag") ?? "";
    expect((await put({ "If-Match": '"other"' })).status).toBe(412);
    expect((await put({ "If-Match": `W/${etag}` })).status).toBe(412);
    expect((await put({ "If-Match": `"other", ${etag}` })).status).toBe(204);
    expect((await put({ "If-Match": "nonsense" })).status).toBe(400);
    expect((await put({ "If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT" })).status).toBe(412);
    expect((await dav.request("DELETE", "f", { headers: { "If-Match": '"other"' } })).status).toBe(412);
    expect((await dav.request("DELETE", "f", { headers: { "If-Match": etag } })).status).toBe(204);
  });

  it("[DV5] of many writers that name one state, one wins", async () => {
    await using dav = await startTestServer();
    const put = await dav.request("PUT", "f", { body: "start" });
    const headers = { "If-Match": put.headers.get("etag") ?? "" };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => dav.request("PUT", "f", { body: `writer ${index}`, headers })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array(19).fill(412)]);
  });

  it("[DV6] the If header is evaluated: tags, state tokens, Not, other resources", async () => {
    await using dav = await startTestServer();
    const etag = (await dav.request("PUT", "f", { body: "x" })).headers.get("etag");
    const put = async (value: string) =>
      (await dav.request("PUT", "f", { body: "x", headers: { If: value } })).status;
    expect(await put(`([${etag}])`)).toBe(204);
    expect(await put(`(["no"]) ([${etag}])`)).toBe(204);
    expect(await put('(["no"])')).toBe(412);
    expect(await put("(<urn:uuid:1>)")).toBe(412);
    expect(await put("(Not <DAV:no-lock>)")).toBe(204);
    expect(await put(`(Not <DAV:no-lock> ["no"])`)).toBe(412);
    expect(await put(`<${dav.server.url}/dav/apps/test/f> ([${etag}])`)).toBe(204);
    expect(await put(`</dav/apps/test/none> ([${etag}])`)).toBe(412);
    expect(await put(`</dav/apps/other/f> ([${etag}])`)).toBe(412);
    expect(await put("garbage")).toBe(400);
    expect(await put("</dav/apps/test/../f> (Not <a:b>)")).toBe(400);
    expect((await dav.request("MKCOL", "c", { headers: { If: "(<a:b>)" } })).status).toBe(412);
  });

  it("[DV7] a read is answered by its conditions", async () => {
    await using dav = await startTestServer();
    const etag = (await dav.request("PUT", "f", { body: "x" })).headers.get("etag") ?? "";
    const get = async (headers: Record<string, string>) =>
      (await dav.request("GET", "f", { headers })).status;
    expect(await get({ "If-None-Match": etag })).toBe(304);
    expect(await get({ "If-None-Match": `W/${etag}` })).toBe(304);
    expect(await get({ "If-None-Match": '"no"' })).toBe(200);
    expect(await get({ "If-Match": '"no"' })).toBe(412);
    expect(await get({ "If-Modified-Since": new Date(Date.now() + 5_000).toUTCString() })).toBe(304);
    expect(await get({ "If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT" })).toBe(200);
    expect(await get({ "If-Modified-Since": "rubbish" })).toBe(200);
    expect(await get({ "If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT" })).toBe(412);
  });
});

describe("ranges", () => {
  it.each([
    ["inline", big.slice(0, 1_000)],
    ["blob", big],
  ])("[DV8] single and several, of %s content", async (_name, bytes) => {
    await using dav = await startTestServer();
    const etag = (await dav.request("PUT", "f", { body: bytes })).headers.get("etag") ?? "";
    const get = (range: string, more = {}) => dav.request("GET", "f", { headers: { Range: range, ...more } });
    const size = bytes.length;
    const one = await get("bytes=10-19");
    expect([one.status, one.headers.get("content-range")]).toEqual([206, `bytes 10-19/${size}`]);
    expect(new Uint8Array(await one.arrayBuffer())).toEqual(bytes.slice(10, 20));
    expect(new Uint8Array(await (await get("bytes=-5")).arrayBuffer())).toEqual(bytes.slice(-5));
    expect(new Uint8Array(await (await get(`bytes=${size - 3}-${size * 2}`)).arrayBuffer())).toEqual(
      bytes.slice(-3),
    );
    const none = await get(`bytes=${size}-`);
    expect([none.status, none.headers.get("content-range")]).toEqual([416, `bytes */${size}`]);
    for (const ignored of ["bytes=5-2", "lines=1-2", "bytes=a-b", `bytes=0-,0-,0-`]) {
      expect((await get(ignored)).status).toBe(200);
    }
    expect((await get("bytes=0-1", { "If-Range": etag })).status).toBe(206);
    expect((await get("bytes=0-1", { "If-Range": '"old"' })).status).toBe(200);
    const several = await get("bytes=0-9,50-59");
    const text = Buffer.from(await several.arrayBuffer()).toString("latin1");
    const boundary = /boundary=(\w+)/.exec(several.headers.get("content-type") ?? "")?.[1];
    expect(several.status).toBe(206);
    const parts = text.split(`--${boundary}`);
    expect(parts).toHaveLength(4);
    expect(parts[2]).toContain(
      `Content-Range: bytes 50-59/${size}\r\n\r\n${Buffer.from(bytes.slice(50, 60)).toString("latin1")}`,
    );
    expect(several.headers.get("content-length")).toBe(String(text.length));
  });
});

export async function list(dav: TestServer, path: string, depth: string): Promise<string[]> {
  const answer = await dav.request("PROPFIND", path, { headers: { Depth: depth } });
  expect(answer.status).toBe(207);
  return [...(await answer.text()).matchAll(/<D:href>([^<]*)<\/D:href>/g)].map(([, href = ""]) => href);
}
