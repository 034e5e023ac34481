import { seededRandom } from "@relite/core/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { sendRaw } from "../src/testing/raw-request.ts";

const type = "application/x-sabredav-partialupdate";
const ten = "1234567890";

function patch(
  dav: TestServer,
  name: string,
  range: string | null,
  body: string | Uint8Array<ArrayBuffer>,
  more = {},
) {
  const headers = { "Content-Type": type, ...(range === null ? {} : { "X-Update-Range": range }), ...more };
  return dav.request("PATCH", name, { headers, body });
}

const textOf = async (dav: TestServer, name: string) => (await dav.request("GET", name)).text();

describe("PATCH", () => {
  let dav: TestServer;
  beforeAll(async () => {
    dav = await startTestServer({ env: { DAV_MAX_BODY: "1M" } });
  });
  afterAll(() => dav[Symbol.asyncDispose]());

  it.each([
    ["bytes=0-3", "----567890"],
    ["bytes=1-4", "1----67890"],
    ["bytes=0-", "----567890"],
    ["bytes=-4", "123456----"],
    ["bytes=-2", "12345678----"],
    ["bytes=2-", "12----7890"],
    ["bytes=12-", "1234567890\0\0----"],
    ["bytes=10-13", "1234567890----"],
    ["append", "1234567890----"],
    ["Append", "1234567890----"],
  ])("[UP1] writes four bytes at %s", async (range, result) => {
    await dav.request("PUT", "f", { body: ten, headers: { "Content-Type": "text/x-kept" } });
    const answer = await patch(dav, "f", range, "----");
    expect(answer.status).toBe(204);
    const found = await dav.request("GET", "f");
    expect(await found.text()).toBe(result);
    expect(found.headers.get("etag")).toBe(answer.headers.get("etag"));
    expect(found.headers.get("content-type")).toBe("text/x-kept");
  });

  it.each<[string, Record<string, string>, string, number]>([
    ["no range", { "Content-Type": type }, "-", 400],
    ["another unit", { "Content-Type": type, "X-Update-Range": "lines=1-2" }, "-", 400],
    ["two ranges", { "Content-Type": type, "X-Update-Range": "bytes=0-0,2-2" }, "-", 400],
    ["no numbers", { "Content-Type": type, "X-Update-Range": "bytes=-" }, "-", 400],
    ["too long a number", { "Content-Type": type, "X-Update-Range": "bytes=1234567890123456-" }, "-", 400],
    ["words", { "Content-Type": type, "X-Update-Range": "bytes=a-b" }, "-", 400],
    ["an end before the start", { "Content-Type": type, "X-Update-Range": "bytes=5-3" }, "-", 416],
    ["a body longer than the range", { "Content-Type": type, "X-Update-Range": "bytes=0-1" }, "---", 416],
    ["a body shorter than the range", { "Content-Type": type, "X-Update-Range": "bytes=0-9" }, "---", 416],
    ["before the start of the file", { "Content-Type": type, "X-Update-Range": "bytes=-11" }, "-", 416],
    ["at no place", { "Content-Type": type, "X-Update-Range": "bytes=-0" }, "-", 416],
    ["far behind the file", { "Content-Type": type, "X-Update-Range": "bytes=999999999999-" }, "-", 416],
    [
      "a file that would be too large",
      { "Content-Type": type, "X-Update-Range": "bytes=1048576-" },
      "-",
      413,
    ],
    ["nothing", { "Content-Type": type, "X-Update-Range": "append" }, "", 400],
    ["another type", { "Content-Type": "text/plain", "X-Update-Range": "append" }, "-", 415],
    ["no type", { "X-Update-Range": "append" }, "-", 415],
    [
      "a content coding",
      { "Content-Type": type, "X-Update-Range": "append", "Content-Encoding": "gzip" },
      "-",
      415,
    ],
    ["a wrong tag", { "Content-Type": type, "X-Update-Range": "append", "If-Match": '"x"' }, "-", 412],
    ["a new file only", { "Content-Type": type, "X-Update-Range": "append", "If-None-Match": "*" }, "-", 412],
    [
      "a wrong checksum",
      { "Content-Type": type, "X-Update-Range": "append", "Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA==" },
      "-",
      400,
    ],
  ])("[UP2] refuses %s and changes nothing", async (_what, headers, body, status) => {
    await dav.request("PUT", "f", { body: ten });
    const answer = await dav.request("PATCH", "f", { headers, body });
    expect(answer.status).toBe(status);
    if (status === 415 && headers["Content-Encoding"] === undefined)
      expect(answer.headers.get("accept-patch")).toBe(type);
    expect(await textOf(dav, "f")).toBe(ten);
  });

  it("[UP2] is for files that are there", async () => {
    await dav.request("MKCOL", "c");
    await dav.request("PUT", "f", { body: ten });
    expect((await patch(dav, "c", "append", "-")).status).toBe(405);
    expect((await patch(dav, "missing", "append", "-")).status).toBe(404);
    expect((await patch(dav, "f/", "append", "-")).status).toBe(404);
    expect((await patch(dav, "no/parent", "append", "-")).status).toBe(409);
    const options = await dav.request("OPTIONS", "f");
    expect(options.headers.get("dav")).toContain("sabredav-partialupdate");
    expect(options.headers.get("allow")).toContain("PATCH");
  });

  it("[UP3] obeys locks and If-Match, and keeps dead properties", async () => {
    const etag = (await dav.request("PUT", "locked", { body: ten })).headers.get("etag") ?? "";
    const prop =
      '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><x xmlns="u:"/></D:prop></D:set></D:propertyupdate>';
    await dav.request("PROPPATCH", "locked", { body: prop });
    const body =
      '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>';
    const token = (await dav.request("LOCK", "locked", { body })).headers.get("lock-token") ?? "";
    expect((await patch(dav, "locked", "append", "-")).status).toBe(423);
    expect((await patch(dav, "locked", "append", "-", { If: `(${token} [${etag}])` })).status).toBe(204);
    expect((await patch(dav, "locked", "append", "-", { If: `(${token})`, "If-Match": etag })).status).toBe(
      412,
    );
    expect(await textOf(dav, "locked")).toBe(`${ten}-`);
    const ask = '<D:propfind xmlns:D="DAV:"><D:prop><x xmlns="u:"/></D:prop></D:propfind>';
    expect(await (await dav.request("PROPFIND", "locked", { body: ask })).text()).toContain("200 OK");
  });

  it("[UP3] appends of several clients at once all arrive, whole", async () => {
    await dav.request("PUT", "log", { body: "" });
    const lines = Array.from({ length: 12 }, (_, index) => `line ${index}\n`);
    const answers = await Promise.all(lines.map((line) => patch(dav, "log", "append", line)));
    expect(answers.map(({ status }) => status)).toEqual(lines.map(() => 204));
    const found = await textOf(dav, "log");
    expect(found.split("\n").filter(Boolean).sort()).toEqual(lines.map((line) => line.trim()).sort());
  });

  it("[UP3] a patch that is cut changes nothing and leaves nothing", async () => {
    await dav.request("PUT", "cut", { body: ten });
    const head = [
      "PATCH /dav/apps/test/cut HTTP/1.1",
      `Host: 127.0.0.1:${dav.server.port}`,
      `Authorization: Bearer ${await dav.token()}`,
      `Content-Type: ${type}`,
      "X-Update-Range: bytes=0-",
      "Content-Length: 200000",
    ];
    await sendRaw(dav.server.port, `${head.join("\r\n")}\r\n\r\n${"-".repeat(100_000)}`, { end: true });
    expect(await textOf(dav, "cut")).toBe(ten);
  });

  it("[UP3] random patches of a file larger than memory holds inline leave what a simple model has", async () => {
    const random = seededRandom(8);
    let model = Buffer.alloc(100_000, "m");
    await dav.request("PUT", "random", { body: new Uint8Array(model) });
    for (let round = 0; round < 40; round += 1) {
      const start = Math.floor(random() * (model.length + 1_000));
      const bytes = new Uint8Array(1 + Math.floor(random() * (round % 3 === 0 ? 90_000 : 500))).fill(round);
      const grown = Buffer.alloc(Math.max(model.length, start + bytes.length));
      model.copy(grown);
      grown.set(bytes, start);
      model = grown;
      const range = round % 2 === 0 ? `bytes=${start}-` : `bytes=${start}-${start + bytes.length - 1}`;
      expect((await patch(dav, "random", range, bytes)).status, `round ${round}`).toBe(204);
    }
    const found = await dav.request("GET", "random");
    expect(model.equals(Buffer.from(await found.arrayBuffer()))).toBe(true);
  });

  it("[UP2] is refused beyond the quota, before and after the body", async () => {
    await using small = await startTestServer({ env: { DAV_QUOTA_DEFAULT: "100" } });
    await small.request("PUT", "f", { body: "x".repeat(90) });
    expect((await patch(small, "f", "append", "y".repeat(11))).status).toBe(507);
    const body = new Blob(["y".repeat(11)]).stream();
    const headers = { "Content-Type": type, "X-Update-Range": "append" };
    expect((await small.request("PATCH", "f", { headers, body })).status).toBe(507);
    expect((await patch(small, "f", "bytes=85-", "y".repeat(15))).status).toBe(204);
    expect(await textOf(small, "f")).toBe("x".repeat(85) + "y".repeat(15));
  });
});
