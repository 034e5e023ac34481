import { randomBytes } from "node:crypto";
import { Upload } from "tus-js-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { accessClient } from "./access-client.ts";
import { fsck, partFiles, textOf } from "./upload-client.ts";

const base = "/dav/uploads/test";
const tus = { "Tus-Resumable": "1.0.0" };
const named = (path: string) => ({ "Upload-Metadata": `filename ${Buffer.from(path).toString("base64")}` });

describe("tus concatenation", () => {
  let dav: TestServer;
  beforeAll(async () => {
    dav = await startTestServer({ env: { DAV_MAX_BODY: "20M" } });
  });
  afterAll(() => dav[Symbol.asyncDispose]());

  /** A part that is sent whole, or as far as `body` goes; answers its address. */
  async function part(body: string, length = body.length, headers = {}): Promise<string> {
    const answer = await dav.request("POST", `${base}/`, {
      headers: {
        ...tus,
        "Upload-Concat": "partial",
        "Upload-Length": String(length),
        "Content-Type": "application/offset+octet-stream",
        ...headers,
      },
      body,
    });
    expect([answer.status, answer.headers.get("upload-offset")]).toEqual([201, String(body.length)]);
    return answer.headers.get("location") ?? "";
  }
  const join = (addresses: readonly string[], name: string, headers = {}) =>
    dav.request("POST", `${base}/`, {
      headers: { ...tus, ...named(name), "Upload-Concat": `final;${addresses.join(" ")}`, ...headers },
    });
  const head = (at: string) => dav.request("HEAD", at, { headers: tus });

  it("[UP25] parts become one file in the order they are named in, and are gone then", async () => {
    const [b, a] = [await part("world"), await part("hello ")];
    expect((await head(a)).headers.get("upload-concat")).toBe("partial");
    const whole = await join([a, `${dav.server.url}${b}`], "joined.txt", { "X-OC-Mtime": "1700000000" });
    expect([whole.status, whole.headers.get("upload-offset")]).toEqual([201, "11"]);
    const found = await dav.request("GET", "joined.txt");
    expect(await found.text()).toBe("hello world");
    expect(found.headers.get("etag")).toBe(whole.headers.get("etag"));
    const told = await head(whole.headers.get("location") ?? "");
    expect([told.headers.get("upload-length"), told.headers.get("upload-offset")]).toEqual(["11", "11"]);
    expect(told.headers.get("upload-concat")).toBe(`final;${a} ${dav.server.url}${b}`);
    expect([(await head(a)).status, (await head(b)).status]).toEqual([404, 404]);
    expect(await partFiles(dav)).toEqual([]);
    expect(await fsck(dav)).toEqual([]);
  });

  it("[UP25] a part goes on where it stopped, also with a length said later", async () => {
    const at = await part("abc", 6);
    const more = { ...tus, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "3" };
    expect((await join([at], "early")).status).toBe(409);
    expect((await dav.request("PATCH", at, { headers: more, body: "def" })).status).toBe(204);
    const deferred = await dav.request("POST", `${base}/`, {
      headers: { ...tus, "Upload-Concat": "partial", "Upload-Defer-Length": "1" },
    });
    const later = deferred.headers.get("location") ?? "";
    await dav.request("PATCH", later, { headers: { ...more, "Upload-Offset": "0" }, body: "ghi" });
    const end = { ...more, "Upload-Length": "3" };
    expect((await dav.request("PATCH", later, { headers: end, body: "" })).status).toBe(204);
    expect((await join([at, later], "later.txt")).status).toBe(201);
    expect(await textOf(dav, "later.txt")).toBe("abcdefghi");
  });

  it("[UP25] what cannot be joined changes nothing, and the parts can be named again", async () => {
    const [one, two] = [await part("11"), await part("22")];
    await dav.request("PUT", "there", { body: "there" });
    const whole = await dav.request("POST", `${base}/`, {
      headers: { ...tus, ...named("own"), "Upload-Length": "5" },
    });
    const ordinary = whole.headers.get("location") ?? "";
    const rows: readonly [readonly string[], string, Record<string, string>, number][] = [
      [[one, one], "x", {}, 400],
      [[one, two], "x", { "Upload-Length": "4" }, 400],
      [[], "x", {}, 400],
      [[one, "/dav/apps/test/there"], "x", {}, 404],
      [[one, "/dav/uploads/other/x"], "x", {}, 404],
      [[one, `${base}/missing`], "x", {}, 404],
      [[one, `${one}/1`], "x", {}, 404],
      [[one, "http://other.example/x"], "x", {}, 404],
      [[one, "/dav/uploads/test/../x"], "x", {}, 400],
      [[one, ordinary], "x", {}, 404],
      [[one, two], "no/parent", {}, 409],
      [[one, two], "there", { "If-None-Match": "*" }, 412],
      [[one, two], "x", { "OC-Checksum": `SHA1:${"0".repeat(40)}` }, 400],
    ];
    for (const [addresses, name, headers, status] of rows)
      expect([addresses, (await join(addresses, name, headers)).status]).toEqual([addresses, status]);
    expect((await dav.request("GET", "x")).status).toBe(404);
    const twice = await Promise.all([join([one, two], "x"), join([one, two], "y")]);
    expect(twice.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(1);
    const names = await Promise.all(["x", "y"].map(async (name) => (await dav.request("GET", name)).status));
    expect(names.filter((status) => status === 200)).toHaveLength(1);
    await dav.request("DELETE", ordinary, { headers: tus });
    expect(await partFiles(dav)).toEqual([]);
    expect(await fsck(dav)).toEqual([]);
  });

  it("[UP26] the POST that joins them, sent again, finds the file that is there, and writes nothing", async () => {
    const parts = [await part("once "), await part("only")];
    const whole = await join(parts, "again.txt", { "If-None-Match": "*" });
    await dav.request("PUT", "again.txt", { body: "changed since" });
    const again = await join(parts, "again.txt", { "If-None-Match": "*" });
    expect([whole.status, again.status]).toEqual([201, 201]);
    for (const name of ["location", "upload-offset"])
      expect(again.headers.get(name)).toBe(whole.headers.get(name));
    expect(again.headers.get("etag")).toBeNull();
    expect(await textOf(dav, "again.txt")).toBe("changed since");
    // Other words are another file, which can no longer be made; and so they are to somebody else.
    expect((await join(parts, "other.txt")).status).toBe(404);
    expect((await join([...parts].reverse(), "again.txt")).status).toBe(404);
    const access = accessClient(dav);
    const { password } = await access.create({ ucan: await access.ucan(), label: "another" });
    const headers = { ...tus, ...named("again.txt"), "Upload-Concat": `final;${parts.join(" ")}` };
    expect((await access.basic(password, "POST", `${base}/`, { headers })).status).toBe(404);
    expect(await fsck(dav)).toEqual([]);
  });

  it("[UP26] of two that are sent at once, both are told of one file", async () => {
    const parts = [await part("a".repeat(70_000)), await part("b")];
    const answers = await Promise.all([join(parts, "two.txt"), join(parts, "two.txt")]);
    const statuses = answers.map(({ status }) => status);
    // The one that comes too late may find the parts taken before the file is there.
    expect(statuses.filter((status) => status === 201).length).toBeGreaterThanOrEqual(1);
    expect((await join(parts, "two.txt")).status).toBe(201);
    expect((await textOf(dav, "two.txt")).length).toBe(70_001);
    expect(await partFiles(dav)).toEqual([]);
  });

  it("[UP25] nobody joins what another began", async () => {
    const at = await part("secret");
    const access = accessClient(dav);
    const { password } = await access.create({ ucan: await access.ucan(), label: "other" });
    const answer = await fetch(`${dav.server.url}${base}/`, {
      method: "POST",
      headers: {
        ...tus,
        ...named("stolen"),
        "Upload-Concat": `final;${at}`,
        Authorization: `Basic ${btoa(`x:${password}`)}`,
      },
    });
    expect(answer.status).toBe(404);
    expect((await dav.request("DELETE", at, { headers: tus })).status).toBe(204);
  });

  it("[UP25] tus-js-client sends a file in four streams at once, to the uploads and to a folder", async () => {
    await dav.request("MKCOL", "folder");
    const token = await dav.token();
    for (const [endpoint, name, at] of [
      [`${base}/`, "parallel.bin", "parallel.bin"],
      ["/dav/apps/test/folder/", "deep.bin", "folder/deep.bin"],
    ] as const) {
      const bytes = randomBytes(10_000_000);
      await new Promise<void>((resolve, reject) => {
        new Upload(bytes, {
          endpoint: `${dav.server.url}${endpoint}`,
          parallelUploads: 4,
          chunkSize: 1_000_000,
          retryDelays: [0, 100, 500],
          metadata: { filename: name },
          headers: { Authorization: `Bearer ${token}` },
          onSuccess: () => resolve(),
          onError: reject,
        }).start();
      });
      const found = Buffer.from(await (await dav.request("GET", at)).arrayBuffer());
      expect(found.equals(bytes)).toBe(true);
    }
    expect(await partFiles(dav)).toEqual([]);
    expect(await fsck(dav)).toEqual([]);
  });
});
