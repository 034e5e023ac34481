import { request } from "node:http";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chooseCoding } from "../src/methods/xml-answer.ts";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";

const decode: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: (bytes) => gunzipSync(bytes),
  br: (bytes) => brotliDecompressSync(bytes),
  zstd: (bytes) => zstdDecompressSync(bytes),
};

describe("XML answers, compressed on request", () => {
  let dav: TestServer;
  let authorization = "";
  beforeAll(async () => {
    dav = await startTestServer();
    authorization = `Bearer ${await dav.token()}`;
    await dav.request("MKCOL", "many/");
    await Promise.all(
      Array.from({ length: 60 }, (_, at) =>
        dav.request("PUT", `many/file ${at} äöü.txt`, { body: "x".repeat(2_000) }),
      ),
    );
  });
  afterAll(() => dav[Symbol.asyncDispose]());

  /** As it comes over the wire: fetch would decode it. */
  const ask = (method: string, path: string, headers: Record<string, string> = {}, body = "") =>
    new Promise<{ headers: Record<string, unknown>; body: Buffer; status: number | undefined }>(
      (resolve, reject) => {
        const url = new URL(`/dav/apps/test/${path}`, dav.server.url);
        const req = request(url, { method, headers: { authorization, ...headers } }, (res) => {
          const chunks: Buffer[] = [];
          res.on("data", (chunk: Buffer) => chunks.push(chunk));
          res.on("end", () =>
            resolve({ headers: res.headers, body: Buffer.concat(chunks), status: res.statusCode }),
          );
          res.on("error", reject);
        });
        req.on("error", reject);
        req.end(body);
      },
    );

  it.each(["gzip", "br", "zstd"])(
    "[SP4] a listing in %s is the same listing, and much shorter",
    async (coding) => {
      const plain = await ask("PROPFIND", "many/", { depth: "1" });
      const packed = await ask("PROPFIND", "many/", { depth: "1", "accept-encoding": coding });
      expect([packed.status, packed.headers["content-encoding"], packed.headers.vary]).toEqual([
        207,
        coding,
        "Accept-Encoding",
      ]);
      expect(plain.headers["content-encoding"]).toBeUndefined();
      expect(plain.headers.vary).toBe("Accept-Encoding");
      expect(decode[coding]?.(packed.body).toString()).toBe(plain.body.toString());
      expect(packed.body.length).toBeLessThan(plain.body.length / 4);
    },
  );

  it("[SP4] a report is compressed too", async () => {
    const body = `<sync-collection xmlns="DAV:"><sync-token/><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>`;
    const packed = await ask("REPORT", "many/", { "accept-encoding": "gzip" }, body);
    expect(packed.headers["content-encoding"]).toBe("gzip");
    expect(
      gunzipSync(packed.body)
        .toString()
        .match(/<D:response>/g),
    ).toHaveLength(60);
  });

  it("[SP4] what is short is sent as it is, with its length", async () => {
    const answer = await ask(
      "PROPFIND",
      "many/",
      { depth: "0", "accept-encoding": "gzip" },
      `<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>`,
    );
    expect(answer.headers["content-encoding"]).toBeUndefined();
    expect(answer.headers["content-length"]).toBe(String(answer.body.length));
  });

  it("[SP4] the body of a file never is, and its tag is that of its bytes", async () => {
    const path = encodeURI("many/file 1 äöü.txt");
    const answer = await ask("GET", path, { "accept-encoding": "gzip, br, zstd" });
    expect([answer.headers["content-encoding"], answer.body.length]).toEqual([undefined, 2_000]);
    expect(answer.headers.etag).toBe((await ask("GET", path)).headers.etag);
  });

  it("[SP4] a page's answer depends on its origin as well", async () => {
    const answer = await ask("PROPFIND", "many/", {
      depth: "1",
      origin: "http://localhost:3020",
      "accept-encoding": "br",
    });
    expect(answer.headers.vary).toBe("Origin, Accept-Encoding");
  });

  it("[SP4] a reader that leaves in the middle hurts nobody", async () => {
    for (let round = 0; round < 10; round += 1) {
      await new Promise<void>((resolve) => {
        const url = new URL("/dav/apps/test/many/", dav.server.url);
        const req = request(url, {
          method: "PROPFIND",
          headers: { authorization, "accept-encoding": "gzip" },
        });
        req.on("response", (res) => res.once("data", () => req.destroy()));
        req.on("close", resolve);
        req.on("error", () => {});
        req.end();
      });
    }
    expect((await ask("PROPFIND", "many/", { depth: "0" })).status).toBe(207);
  });

  it.each([
    [undefined, null],
    ["", null],
    ["*", null],
    ["identity", null],
    ["deflate, compress", null],
    ["gzip", "gzip"],
    ["gzip, deflate, br, zstd", "zstd"],
    ["gzip;q=1.0, br;q=0.5", "gzip"],
    ["GZIP ; q=0.5", "gzip"],
    ["gzip;q=0", null],
    ["gzip;q=0.000, br", "br"],
    ["gzip;q=2, br;q=x", null],
    ["identity, gzip;q=0.5", null],
    [",,;q=1,", null],
  ])("[SP4] Accept-Encoding %j means %j", (header, coding) => {
    expect(chooseCoding(header)).toBe(coding);
  });
});
