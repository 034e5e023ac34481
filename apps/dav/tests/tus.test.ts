import { createHash, randomBytes } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { seededRandom } from "@relite/core/testing";
import { Upload, type UploadOptions } from "tus-js-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { fsck, partFiles, textOf } from "./upload-client.ts";

const base = "/dav/uploads/test";
const tus = { "Tus-Resumable": "1.0.0" };
const octets = { ...tus, "Content-Type": "application/offset+octet-stream" };
const metadata = (values: Record<string, string>) =>
  Object.entries(values)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString("base64")}`)
    .join(",");
const named = (path: string) => ({ "Upload-Metadata": metadata({ filename: path }) });

const create = (dav: TestServer, path: string, length: number, headers = {}) =>
  dav.request("POST", `${base}/`, {
    headers: { ...tus, ...named(path), "Upload-Length": String(length), ...headers },
  });
async function begin(dav: TestServer, path: string, length: number, headers = {}): Promise<string> {
  const answer = await create(dav, path, length, headers);
  expect(answer.status).toBe(201);
  return answer.headers.get("location") ?? "";
}
const patch = (
  dav: TestServer,
  at: string,
  offset: number,
  body: string | Uint8Array<ArrayBuffer>,
  headers = {},
) => dav.request("PATCH", at, { headers: { ...octets, "Upload-Offset": String(offset), ...headers }, body });
async function offsetOf(dav: TestServer, at: string): Promise<number> {
  const answer = await dav.request("HEAD", at, { headers: tus });
  return answer.status === 200 ? Number(answer.headers.get("upload-offset")) : -answer.status;
}

describe("tus", () => {
  let dav: TestServer;
  beforeAll(async () => {
    dav = await startTestServer({ env: { DAV_MAX_BODY: "100M" } });
  });
  afterAll(() => dav[Symbol.asyncDispose]());

  it("[UP17] creation, PATCH by PATCH, and the file is there with its type and time", async () => {
    const created = await dav.request("POST", `${base}/`, {
      headers: {
        ...tus,
        "Upload-Length": "11",
        "Upload-Metadata": metadata({
          filename: "ünï.txt",
          filetype: "text/x-tus",
          mtime: "1700000000",
          empty: "",
        }),
      },
    });
    expect([created.status, created.headers.get("tus-resumable")]).toEqual([201, "1.0.0"]);
    expect(Date.parse(created.headers.get("upload-expires") ?? "")).toBeGreaterThan(
      Date.now() + 23 * 3_600_000,
    );
    const at = created.headers.get("location") ?? "";
    expect(at.startsWith(`${base}/`)).toBe(true);
    const first = await patch(dav, at, 0, "hello ");
    expect([first.status, first.headers.get("upload-offset")]).toEqual([204, "6"]);
    const head = await dav.request("HEAD", at, { headers: tus });
    expect(head.headers.get("upload-length")).toBe("11");
    expect(head.headers.get("cache-control")).toBe("no-store");
    expect(head.headers.get("upload-metadata")).toContain("filename ");
    expect((await dav.request("GET", "%C3%BCn%C3%AF.txt")).status).toBe(404);
    const last = await patch(dav, at, 6, "world");
    expect([last.status, last.headers.get("upload-offset")]).toEqual([204, "11"]);
    const found = await dav.request("GET", "%C3%BCn%C3%AF.txt");
    expect(await found.text()).toBe("hello world");
    expect(found.headers.get("content-type")).toBe("text/x-tus");
    expect(found.headers.get("etag")).toBe(last.headers.get("etag"));
    expect(found.headers.get("last-modified")).toBe(new Date(1_700_000_000_000).toUTCString());
    // A client that did not hear the end asks, and is told that it is done.
    expect(await offsetOf(dav, at)).toBe(11);
    expect((await patch(dav, at, 11, "")).status).toBe(204);
    expect(await partFiles(dav)).toEqual([]);
  });

  it("[UP17] creation with the first bytes, of an empty file, of a length said later, into a folder", async () => {
    const whole = await dav.request("POST", `${base}/`, {
      headers: { ...octets, ...named("whole"), "Upload-Length": "5" },
      body: "whole",
    });
    expect([whole.status, whole.headers.get("upload-offset")]).toEqual([201, "5"]);
    expect(await textOf(dav, "whole")).toBe("whole");
    await begin(dav, "empty", 0);
    expect(await textOf(dav, "empty")).toBe("");
    const headers = { ...tus, ...named("later"), "Upload-Defer-Length": "1" };
    const at = (await dav.request("POST", `${base}/`, { headers })).headers.get("location") ?? "";
    await patch(dav, at, 0, "abc");
    expect((await dav.request("HEAD", at, { headers: tus })).headers.get("upload-defer-length")).toBe("1");
    expect((await patch(dav, at, 3, "", { "Upload-Length": "2" })).status).toBe(400);
    expect((await patch(dav, at, 3, "de", { "Upload-Length": "5" })).status).toBe(204);
    expect(await textOf(dav, "later")).toBe("abcde");
    await dav.request("MKCOL", "folder");
    const inFolder = { ...octets, ...named("in/../it"), "Upload-Length": "2" };
    expect((await dav.request("POST", "folder/", { headers: inFolder, body: "it" })).status).toBe(400);
    const good = { ...octets, ...named("it"), "Upload-Length": "2" };
    expect((await dav.request("POST", "folder/", { headers: good, body: "it" })).status).toBe(201);
    expect(await textOf(dav, "folder/it")).toBe("it");
  });

  it("[UP17] OPTIONS says what there is; DELETE ends an upload", async () => {
    const options = await dav.request("OPTIONS", `${base}/`);
    expect(options.headers.get("tus-version")).toBe("1.0.0");
    // What stands here is tried by a test of its own, each: UP17, UP19, UP25.
    expect(options.headers.get("tus-extension")).toBe(
      "creation,creation-with-upload,creation-defer-length,expiration,checksum,termination,concatenation",
    );
    expect(options.headers.get("tus-checksum-algorithm")).toBe("sha1,md5,crc32,sha256,sha512");
    const at = await begin(dav, "ended", 10);
    await patch(dav, at, 0, "x");
    expect((await dav.request("DELETE", at, { headers: tus })).status).toBe(204);
    expect(await offsetOf(dav, at)).toBe(-404);
    expect(await partFiles(dav)).toEqual([]);
  });

  it.each<[string, Record<string, string>, number]>([
    ["no version", { "Tus-Resumable": "" }, 412],
    ["another version", { "Tus-Resumable": "0.2.2" }, 412],
    ["no length", { "Upload-Length": "" }, 400],
    ["a length of letters", { "Upload-Length": "x" }, 400],
    ["a length below zero", { "Upload-Length": "-1" }, 400],
    ["a length beyond numbers", { "Upload-Length": "99999999999999999999" }, 400],
    ["a length beyond the limit", { "Upload-Length": "104857601" }, 413],
    ["two lengths", { "Upload-Defer-Length": "1" }, 400],
    ["another way to defer", { "Upload-Defer-Length": "2" }, 400],
    ["another way to concatenate", { "Upload-Concat": "part" }, 400],
    ["no name", { "Upload-Metadata": "" }, 400],
    ["a name without a value", { "Upload-Metadata": "filename" }, 400],
    ["metadata that is no list", { "Upload-Metadata": "filename a b" }, 400],
    ["metadata that is not base64", { "Upload-Metadata": "filename $$$" }, 400],
    ["metadata that is not UTF-8", { "Upload-Metadata": "filename /w==" }, 400],
    ["a key twice", { "Upload-Metadata": "filename YQ==,filename Yg==" }, 400],
    ["too much metadata", { "Upload-Metadata": `filename YQ==,x ${"A".repeat(5_000)}` }, 400],
    ["a way out", named("../other/x"), 400],
    ["an absolute path", named("/etc/passwd"), 400],
    ["a NUL", named("a\0b"), 400],
    ["a backslash", named("a\\b"), 400],
    ["a folder", named("a/"), 400],
    ["nothing between slashes", named("a//b"), 400],
    ["a name too long", named("n".repeat(256)), 400],
    ["a path too deep", named("d/".repeat(130)), 400],
    ["a parent that is not there", named("no/parent"), 409],
    ["a collection's name", named("there"), 405],
    ["a condition that fails", { "If-Match": '"x"' }, 412],
    ["a body of another type", { "Content-Type": "text/plain", "Content-Length": "0" }, 201],
  ])("[UP18] creation refuses %s", async (_what, headers, status) => {
    await dav.request("MKCOL", "there");
    const before = (await partFiles(dav)).length;
    const all = Object.entries({ ...tus, ...named("x"), "Upload-Length": "3", ...headers });
    const sent = Object.fromEntries(all.filter(([, value]) => value !== ""));
    if (headers["Tus-Resumable"] === "") {
      expect((await dav.request("POST", `${base}/`, { headers: sent })).status).toBe(405);
      return;
    }
    expect((await dav.request("POST", `${base}/`, { headers: sent })).status).toBe(status);
    expect((await dav.request("GET", "x")).status).toBe(404);
    expect((await partFiles(dav)).length).toBe(before);
  });

  it.each<[string, Record<string, string>, string, number]>([
    ["no version", { "Tus-Resumable": "" }, "x", 412],
    ["no offset", { "Upload-Offset": "" }, "x", 400],
    ["an offset of letters", { "Upload-Offset": "x" }, "x", 400],
    ["an offset below zero", { "Upload-Offset": "-1" }, "x", 400],
    ["an offset before", { "Upload-Offset": "0" }, "x", 409],
    ["an offset behind", { "Upload-Offset": "9" }, "x", 409],
    ["another type", { "Content-Type": "text/plain" }, "x", 415],
    ["no type", { "Content-Type": "" }, "x", 415],
    ["a content coding", { "Content-Encoding": "gzip" }, "x", 415],
    ["too much", {}, "123456789", 413],
    ["a wrong checksum", { "Upload-Checksum": "sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA=" }, "x", 460],
    ["an unknown checksum", { "Upload-Checksum": "adler AAAAAA==" }, "x", 400],
    ["a bad checksum", { "Upload-Checksum": "sha1" }, "x", 400],
    ["a short checksum", { "Upload-Checksum": "sha1 AAAA" }, "x", 400],
    ["another length", { "Upload-Length": "99" }, "x", 400],
    ["a bad OC-Checksum", { "OC-Checksum": "x" }, "x", 400],
    ["a bad time", { "X-OC-Mtime": "x" }, "x", 400],
    ["a bad If", { If: "(" }, "x", 400],
  ])("[UP18] PATCH refuses %s and changes nothing", async (_what, headers, body, status) => {
    const at = await begin(dav, "x", 10);
    await patch(dav, at, 0, "ab");
    const all = Object.entries({ ...octets, "Upload-Offset": "2", ...headers });
    const sent = Object.fromEntries(all.filter(([, value]) => value !== ""));
    // fetch would add a type of its own to a text.
    const bytes = new TextEncoder().encode(body);
    expect((await dav.request("PATCH", at, { headers: sent, body: bytes })).status).toBe(status);
    expect(await offsetOf(dav, at)).toBe(2);
    await dav.request("DELETE", at, { headers: tus });
  });

  it.each(["sha1", "md5", "sha256", "sha512"])("[UP19] Upload-Checksum with %s is verified", async (name) => {
    const at = await begin(dav, `sum-${name}`, 6);
    const sum = (text: string) => `${name} ${createHash(name).update(text).digest("base64")}`;
    expect((await patch(dav, at, 0, "abc", { "Upload-Checksum": sum("abd") })).status).toBe(460);
    expect((await patch(dav, at, 0, "abc", { "Upload-Checksum": sum("abc") })).status).toBe(204);
    expect(
      (await patch(dav, at, 3, "def", { "OC-Checksum": "MD5:00000000000000000000000000000000" })).status,
    ).toBe(400);
    expect((await patch(dav, at, 3, "def", { "Upload-Checksum": sum("def") })).status).toBe(204);
    expect(await textOf(dav, `sum-${name}`)).toBe("abcdef");
  });

  it("[UP20] a file that may not be made leaves the upload before its last bytes, to be tried again", async () => {
    await dav.request("PUT", "taken", { body: "taken" });
    const at = await begin(dav, "taken", 6);
    await patch(dav, at, 0, "abc");
    expect((await patch(dav, at, 3, "def", { "If-None-Match": "*" })).status).toBe(412);
    expect(await offsetOf(dav, at)).toBe(3);
    const lock =
      '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>';
    const token = (await dav.request("LOCK", "taken", { body: lock })).headers.get("lock-token");
    expect((await patch(dav, at, 3, "def")).status).toBe(423);
    expect(await textOf(dav, "taken")).toBe("taken");
    const tagged = `<${dav.server.url}/dav/apps/test/taken> (${token})`;
    expect((await patch(dav, at, 3, "def", { If: tagged })).status).toBe(204);
    expect(await textOf(dav, "taken")).toBe("abcdef");
    expect(await partFiles(dav)).toEqual([]);
  });

  it("[UP20] what arrived of a PATCH that was cut is kept; of two at one offset, one is", async () => {
    const at = await begin(dav, "cut", 200_000);
    const head = [
      `PATCH ${at} HTTP/1.1`,
      `Host: 127.0.0.1:${dav.server.port}`,
      `Authorization: Bearer ${await dav.token()}`,
      ...Object.entries(octets).map(([name, value]) => `${name}: ${value}`),
      "Upload-Offset: 0",
      "Content-Length: 200000",
    ];
    const socket = connect(dav.server.port, "127.0.0.1");
    socket.write(`${head.join("\r\n")}\r\n\r\n${"a".repeat(50_000)}`);
    const folder = join(dav.folder, "dav", "uploads", "1");
    const onDisk = async () => {
      const [file] = await readdir(folder);
      return file === undefined ? 0 : (await stat(join(folder, file))).size;
    };
    await expect.poll(onDisk).toBe(50_000);
    // Nothing was acknowledged of it yet, and nothing is said of it.
    expect(await offsetOf(dav, at)).toBe(0);
    socket.destroy();
    await expect.poll(() => offsetOf(dav, at)).toBe(50_000);
    const rest = new Uint8Array(75_000).fill(98);
    const answers = await Promise.all([patch(dav, at, 50_000, rest), patch(dav, at, 50_000, rest)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    expect((await patch(dav, at, 125_000, rest)).status).toBe(204);
    expect(await textOf(dav, "cut")).toBe("a".repeat(50_000) + "b".repeat(150_000));
    expect(await partFiles(dav)).toEqual([]);
  });

  it("[UP20] belongs to who may write the file: another token of the folder goes on, a reader does not", async () => {
    await dav.request("MKCOL", "sub");
    const at = await begin(dav, "sub/f", 2);
    const send = async (path: string) => {
      const token = await dav.token([{ with: `app:test/${path}`, can: "app/write" }]);
      const headers = { ...octets, "Upload-Offset": "0", Authorization: `Bearer ${token}` };
      return (await fetch(dav.server.url + at, { method: "PATCH", headers, body: "x" })).status;
    };
    expect(await send("other")).toBe(403);
    expect(await send("sub")).toBe(204);
    await dav.request("DELETE", at, { headers: tus });
  });

  /** Uploads with the real client; `interrupt` says after how many bytes its connection is broken. */
  async function upload(
    server: TestServer,
    bytes: Buffer,
    name: string,
    more: Partial<UploadOptions> = {},
  ): Promise<string> {
    const token = await server.token();
    return new Promise((resolve, reject) => {
      const started = new Upload(bytes, {
        endpoint: `${server.server.url}${base}/`,
        retryDelays: [0, 50, 200, 400, 800],
        metadata: { filename: name },
        headers: { Authorization: `Bearer ${token}` },
        onSuccess: () => resolve(started.url ?? ""),
        onError: reject,
        ...more,
      });
      started.start();
    });
  }

  it("[UP21] tus-js-client: 50 MB in one stream, in parts, and several at once", async () => {
    const big = randomBytes(50_000_000);
    await upload(dav, big, "big");
    const found = Buffer.from(await (await dav.request("GET", "big")).arrayBuffer());
    expect(found.equals(big)).toBe(true);
    const others = Array.from({ length: 4 }, () => randomBytes(1_500_000));
    await Promise.all(others.map((bytes, index) => upload(dav, bytes, `p${index}`, { chunkSize: 400_000 })));
    for (const [index, bytes] of others.entries()) {
      const one = Buffer.from(await (await dav.request("GET", `p${index}`)).arrayBuffer());
      expect(one.equals(bytes), `p${index}`).toBe(true);
    }
    expect(await partFiles(dav)).toEqual([]);
    expect(await fsck(dav)).toEqual([]);
  });

  it("[UP21] tus-js-client: aborted, resumed, and resumed after a restart", async () => {
    await using own = await startTestServer();
    const bytes = randomBytes(30_000_000);
    let url: string | null = null;
    for (const [round, until] of [8_000_000, 18_000_000].entries()) {
      const token = await own.token();
      url = await new Promise<string | null>((resolve, reject) => {
        const started: Upload = new Upload(bytes, {
          ...(url === null
            ? { endpoint: `${own.server.url}${base}/` }
            : { uploadUrl: new URL(new URL(url).pathname, own.server.url).href }),
          metadata: { filename: "resumed" },
          headers: { Authorization: `Bearer ${token}` },
          // What the sockets hold may arrive after the abort: never more than the part that was on its way.
          chunkSize: 5_000_000,
          onProgress: (sent) => {
            if (sent > until) void started.abort().then(() => resolve(started.url));
          },
          onError: reject,
        });
        started.start();
      });
      if (round === 0) await own.restart();
    }
    const offset = await offsetOf(own, new URL(url ?? "").pathname);
    expect(offset).toBeGreaterThan(0);
    expect(offset).toBeLessThan(bytes.length);
    const uploadUrl = new URL(new URL(url ?? "").pathname, own.server.url).href;
    await upload(own, bytes, "resumed", { uploadUrl });
    const found = Buffer.from(await (await own.request("GET", "resumed")).arrayBuffer());
    expect(found.equals(bytes)).toBe(true);
    expect(await partFiles(own)).toEqual([]);
    expect(await fsck(own)).toEqual([]);
  });

  it("[UP22] random offsets, retries and restarts leave what a simple model has", async () => {
    await using own = await startTestServer();
    for (const seed of [1, 2, 3, 4]) {
      const random = seededRandom(seed);
      const pick = (count: number) => Math.floor(random() * count);
      const whole = new Uint8Array(1 + pick(200_000)).map(() => pick(256));
      const at = await begin(own, `r${seed}`, whole.length);
      let offset = 0;
      while (offset < whole.length) {
        const claimed = random() < 0.8 ? offset : pick(whole.length + 1);
        const piece = whole.slice(claimed, claimed + pick(60_000));
        if (random() < 0.1) await own.restart();
        const answer = await patch(own, at, claimed, piece);
        expect(answer.status, `seed ${seed} at ${offset}`).toBe(claimed === offset ? 204 : 409);
        if (claimed === offset) offset += piece.length;
        expect(await offsetOf(own, at)).toBe(offset);
      }
      const found = Buffer.from(await (await own.request("GET", `r${seed}`)).arrayBuffer());
      expect(found.equals(Buffer.from(whole)), `seed ${seed}`).toBe(true);
    }
    expect(await partFiles(own)).toEqual([]);
    expect(await fsck(own)).toEqual([]);
  });
});
