import { createHash } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fakeClock, seededRandom } from "@relite/core/testing";
import { type Capability, issueDelegation, issueInvocation } from "@relite/core/ucan";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runGc } from "../src/admin/index.ts";
import { newSigner, startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { failingDisk } from "../src/testing/failing-disk.ts";
import { sendRaw } from "../src/testing/raw-request.ts";
import { fsck, partFiles, textOf } from "./upload-client.ts";

const base = "/dav/uploads/test";
const to = (name: string) => ({ Destination: `/dav/apps/test/${name}` });
const sha1 = (bytes: string | Uint8Array) => createHash("sha1").update(bytes).digest("hex");

const begin = (dav: TestServer, name: string, headers = {}) =>
  dav.request("MKCOL", `${base}/${name}`, { headers });
const put = (dav: TestServer, path: string, body: string | Uint8Array<ArrayBuffer>, headers = {}) =>
  dav.request("PUT", `${base}/${path}`, { body, headers });
const finish = (dav: TestServer, name: string, headers: Record<string, string>) =>
  dav.request("MOVE", `${base}/${name}/.file`, { headers });

describe("chunked upload", () => {
  let dav: TestServer;
  beforeAll(async () => {
    dav = await startTestServer({ env: { DAV_MAX_BODY: "2M" } });
  });
  afterAll(() => dav[Symbol.asyncDispose]());

  it("[UP8] v2: parts in any order, some sent twice, become one file", async () => {
    const target = to("big");
    expect((await begin(dav, "t1", { ...target, "OC-Total-Length": "15" })).status).toBe(201);
    expect((await put(dav, "t1/00003", "ccccc", target)).status).toBe(201);
    expect((await put(dav, "t1/1", "wrong!", target)).status).toBe(201);
    expect((await put(dav, "t1/00002", "bbbbb", target)).status).toBe(201);
    expect((await put(dav, "t1/00001", "aaaaa", target)).status).toBe(204);
    const moved = await finish(dav, "t1", {
      ...target,
      "OC-Total-Length": "15",
      "X-OC-Mtime": "1700000000",
      "OC-Checksum": `SHA1:${sha1("aaaaabbbbbccccc")}`,
    });
    expect([moved.status, moved.headers.get("x-oc-mtime")]).toEqual([201, "accepted"]);
    const found = await dav.request("GET", "big");
    expect(await found.text()).toBe("aaaaabbbbbccccc");
    expect(found.headers.get("etag")).toBe(moved.headers.get("etag"));
    expect(found.headers.get("oc-checksum")).toBe(`SHA1:${sha1("aaaaabbbbbccccc")}`);
    expect(found.headers.get("last-modified")).toBe(new Date(1_700_000_000_000).toUTCString());
    expect(await partFiles(dav)).toEqual([]);
    expect((await finish(dav, "t1", target)).status).toBe(404);
  });

  it("[UP8] v1, as rclone does it: no Destination before the end, parts named by their bytes", async () => {
    expect((await dav.request("DELETE", `${base}/rclone-1/`)).status).toBe(404);
    expect((await begin(dav, "rclone-1/")).status).toBe(201);
    expect((await put(dav, "rclone-1/000000000000000-000000000000009", "0123456789")).status).toBe(201);
    expect((await put(dav, "rclone-1/000000000000010-000000000000012", "abc")).status).toBe(201);
    const moved = await finish(dav, "rclone-1", { Destination: `${dav.server.url}/dav/apps/test/v1` });
    expect(moved.status).toBe(201);
    expect(await textOf(dav, "v1")).toBe("0123456789abc");
  });

  it("[UP8] parts named by where they begin, as ownCloud's client does it", async () => {
    await begin(dav, "oc", { "OC-Total-Length": "13" });
    await put(dav, "oc/0000000000000010", "abc");
    await put(dav, "oc/0000000000000000", "01234");
    const early = await finish(dav, "oc", to("oc"));
    expect([early.status, (await early.json()).reason]).toEqual([400, "parts_missing"]);
    await put(dav, "oc/0000000000000005", "56789");
    expect((await finish(dav, "oc", to("oc"))).status).toBe(201);
    expect(await textOf(dav, "oc")).toBe("0123456789abc");
  });

  it("[UP10] has a file sent in 10,000 parts at most, and one of them again", async () => {
    await using own = await startTestServer();
    await begin(own, "many");
    await put(own, "many/1", "a");
    const db = new Database(join(own.folder, "dav", "endpoint.db"));
    db.exec(`WITH RECURSIVE n (at) AS (SELECT 2 UNION ALL SELECT at + 1 FROM n WHERE at < 10001)
      INSERT INTO upload_parts SELECT 1, 1, at, at, 0, 'x' || at, NULL FROM n`);
    db.close();
    const refused = await put(own, "many/10002", "b");
    expect([refused.status, (await refused.json()).reason]).toEqual([400, "too_many_parts"]);
    expect((await put(own, "many/1", "b")).status).toBe(204);
  });

  it("[UP8] old clients count from 0, and a file of one part is taken as it is", async () => {
    await begin(dav, "zero");
    await put(dav, "zero/0000000000000000", "zero");
    await put(dav, "zero/0000000000000001", "one");
    expect((await finish(dav, "zero", to("zero"))).status).toBe(201);
    expect(await textOf(dav, "zero")).toBe("zeroone");
    const large = new Uint8Array(300_000).fill(7);
    await begin(dav, "single");
    await put(dav, "single/1", large);
    const wrong = await finish(dav, "single", { ...to("single"), "OC-Checksum": `SHA1:${sha1("x")}` });
    expect(wrong.status).toBe(400);
    const moved = await finish(dav, "single", { ...to("single"), "OC-Checksum": `SHA1:${sha1(large)}` });
    expect(moved.status).toBe(201);
    expect(new Uint8Array(await (await dav.request("GET", "single")).arrayBuffer())).toEqual(large);
    expect(await readdir(join(dav.folder, "dav", "blobs", "staging"))).toEqual([]);
  });

  it("[UP8] an empty file has no parts and a length of 0", async () => {
    await begin(dav, "empty");
    expect((await finish(dav, "empty", to("empty"))).status).toBe(400);
    expect((await finish(dav, "empty", { ...to("empty"), "OC-Total-Length": "0" })).status).toBe(201);
    expect(await textOf(dav, "empty")).toBe("");
  });

  it("[UP9] PROPFIND tells which parts are there, over a restart", async () => {
    await using own = await startTestServer();
    await begin(own, "resumed", to("resumed"));
    await put(own, "resumed/1", "aaaaa");
    await put(own, "resumed/3", "cc");
    await own.restart();
    const answer = await own.request("PROPFIND", `${base}/resumed`, { headers: { Depth: "1" } });
    expect(answer.status).toBe(207);
    const text = await answer.text();
    expect(text.match(/<D:href>[^<]*/g)).toEqual(
      ["/resumed/", "/resumed/1", "/resumed/3"].map((path) => `<D:href>${base}${path}`),
    );
    expect(text.match(/<D:getcontentlength>\d+/g)).toEqual([
      "<D:getcontentlength>5",
      "<D:getcontentlength>2",
    ]);
    const list = await (await own.request("PROPFIND", `${base}/`)).text();
    expect(list).toContain(`<D:href>${base}/resumed/</D:href>`);
    await put(own, "resumed/2", "bbb");
    expect((await finish(own, "resumed", to("resumed"))).status).toBe(201);
    expect(await textOf(own, "resumed")).toBe("aaaaabbbcc");
    expect(await fsck(own)).toEqual([]);
  });

  it.each<[string, string, string, Record<string, string>, string, number]>([
    ["a name of letters", "PUT", "h/part", {}, "x", 400],
    ["a number beyond every file", "PUT", "h/9999999999999999", {}, "x", 400],
    ["a negative number", "PUT", "h/-1", {}, "x", 400],
    ["a number with a sign", "PUT", "h/+1", {}, "x", 400],
    ["a number too long", "PUT", "h/00000000000000001", {}, "x", 400],
    ["bytes backwards", "PUT", "h/9-1", {}, "x", 400],
    ["more than its bytes", "PUT", "h/0-3", {}, "xxxxx", 413],
    ["a part of a part", "PUT", "h/1/2", {}, "x", 404],
    ["a part of nothing", "PUT", "missing/1", {}, "x", 404],
    ["the transfer itself", "PUT", "h", {}, "x", 405],
    ["a wrong checksum", "PUT", "h/1", { "OC-Checksum": `SHA1:${sha1("y")}` }, "x", 400],
    ["a bad checksum", "PUT", "h/1", { "OC-Checksum": "SHA1:y" }, "x", 400],
    ["a content coding", "PUT", "h/1", { "Content-Encoding": "gzip" }, "x", 415],
    ["a Destination elsewhere", "PUT", "h/1", { Destination: "http://other.example/x" }, "x", 502],
    ["an unclean Destination", "PUT", "h/1", { Destination: "/dav/apps/test/../x" }, "x", 400],
    ["a Destination outside", "PUT", "h/1", { Destination: "/dav/uploads/test/x" }, "x", 403],
    ["a Destination in another's app", "PUT", "h/1", { Destination: "/dav/apps/other/x" }, "x", 403],
    ["a length of letters", "MKCOL", "new", { "OC-Total-Length": "many" }, "", 400],
    ["a length below zero", "MKCOL", "new", { "OC-Total-Length": "-1" }, "", 400],
    ["a length beyond numbers", "MKCOL", "new", { "OC-Total-Length": "9999999999999999" }, "", 400],
    ["a length beyond the limit", "MKCOL", "new", { "OC-Total-Length": "2097153" }, "", 413],
    ["a name that is there", "MKCOL", "h", {}, "", 405],
    ["a collection in a transfer", "MKCOL", "h/c", {}, "", 405],
    ["a body", "MKCOL", "new", { "Content-Type": "application/xml" }, "<x/>", 415],
    ["the app itself as Destination", "MKCOL", "new", { Destination: "/dav/apps/test/" }, "", 403],
    ["no Destination", "MOVE", "h/.file", {}, "", 400],
    ["a Destination with a slash", "MOVE", "h/.file", { Destination: "/dav/apps/test/x/" }, "", 409],
    ["a Destination without a parent", "MOVE", "h/.file", { Destination: "/dav/apps/test/no/x" }, "", 409],
    ["a collection in the place", "MOVE", "h/.file", { Destination: "/dav/apps/test/there" }, "", 405],
    ["another host", "MOVE", "h/.file", { Destination: "http://other.example/dav/apps/test/x" }, "", 502],
    ["a wrong length", "MOVE", "h/.file", { ...to("x"), "OC-Total-Length": "99" }, "", 400],
    ["a length of letters at the end", "MOVE", "h/.file", { ...to("x"), "OC-Total-Length": "x" }, "", 400],
    [
      "a wrong checksum at the end",
      "MOVE",
      "h/.file",
      { ...to("x"), "OC-Checksum": `SHA1:${sha1("y")}` },
      "",
      400,
    ],
    ["a bad checksum at the end", "MOVE", "h/.file", { ...to("x"), "OC-Checksum": "y" }, "", 400],
    ["a time of letters", "MOVE", "h/.file", { ...to("x"), "X-OC-Mtime": "now" }, "", 400],
    ["an Overwrite of letters", "MOVE", "h/.file", { ...to("x"), Overwrite: "maybe" }, "", 400],
    ["what is there, with Overwrite: F", "MOVE", "h/.file", { ...to("old"), Overwrite: "F" }, "", 412],
    ["another tag", "MOVE", "h/.file", { ...to("old"), "If-Match": '"x"' }, "", 412],
    ["a bad If", "MOVE", "h/.file", { ...to("old"), If: "(" }, "", 400],
    ["another part", "MOVE", "h/1", to("x"), "", 404],
    ["the transfer", "MOVE", "h", to("x"), "", 404],
    ["a copy", "COPY", "h/.file", to("x"), "", 405],
    ["a download", "GET", "h/1", {}, "", 405],
    ["a lock", "LOCK", "h", {}, "", 405],
    ["properties", "PROPPATCH", "h", {}, "", 405],
    ["to list a part", "PROPFIND", "h/1", {}, "", 404],
    ["to list what is not there", "PROPFIND", "missing", {}, "", 404],
    ["to end what is not there", "DELETE", "missing", {}, "", 404],
    ["to take back a part that is not there", "DELETE", "h/7", {}, "", 404],
    ["to end everything", "DELETE", "", {}, "", 404],
  ])("[UP10] refuses %s (%s) and changes nothing", async (_what, method, path, headers, body, status) => {
    await dav.request("MKCOL", "there");
    await dav.request("PUT", "old", { body: "old" });
    await begin(dav, "h");
    await put(dav, "h/1", "hello");
    const init = body === "" ? { headers } : { headers, body };
    expect((await dav.request(method, `${base}/${path}`, init)).status).toBe(status);
    expect((await dav.request("GET", "x")).status).toBe(404);
    expect(await textOf(dav, "old")).toBe("old");
    const listed = await (await dav.request("PROPFIND", `${base}/h`)).text();
    expect(listed.match(/<D:getcontentlength>\d+/g)).toEqual(["<D:getcontentlength>5"]);
    expect((await partFiles(dav)).length).toBe(1);
  });

  it("[UP10] missing parts are named, and what was there at the destination stays", async () => {
    await dav.request("PUT", "kept", { body: "kept" });
    await begin(dav, "gap");
    await put(dav, "gap/1", "a");
    await put(dav, "gap/3", "c");
    const answer = await finish(dav, "gap", to("kept"));
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ reason: "parts_missing", details: { part: 2 } });
    await dav.request("DELETE", `${base}/gap/3`);
    await put(dav, "gap/0-1", "ab");
    expect((await finish(dav, "gap", to("kept"))).status).toBe(400);
    expect(await textOf(dav, "kept")).toBe("kept");
    expect((await dav.request("DELETE", `${base}/gap`)).status).toBe(204);
    expect((await put(dav, "gap/1", "a")).status).toBe(404);
  });

  it("[UP11] locks and If hold for the destination; a wrong one leaves the parts to try again", async () => {
    const etag = (await dav.request("PUT", "locked", { body: "before" })).headers.get("etag");
    const lock =
      '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>';
    const token = (await dav.request("LOCK", "locked", { body: lock })).headers.get("lock-token");
    await begin(dav, "l");
    await put(dav, "l/1", "after");
    expect((await finish(dav, "l", to("locked"))).status).toBe(423);
    const tag = `<${dav.server.url}/dav/apps/test/locked>`;
    expect((await finish(dav, "l", { ...to("locked"), If: `${tag} (${token} ["no"])` })).status).toBe(412);
    const moved = await finish(dav, "l", { ...to("locked"), If: `${tag} (${token} [${etag}])` });
    expect(moved.status).toBe(204);
    expect(await textOf(dav, "locked")).toBe("after");
  });

  it("[UP11] of two that finish one transfer at once, one does", async () => {
    for (let round = 0; round < 5; round += 1) {
      await begin(dav, "race");
      await put(dav, "race/1", new Uint8Array(100_000).fill(round));
      await put(dav, "race/2", new Uint8Array(100_000).fill(round));
      const answers = await Promise.all([finish(dav, "race", to("r1")), finish(dav, "race", to("r2"))]);
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses[0]).toBeLessThan(300);
      expect(statuses[1]).toBe(404);
    }
  });

  it("[UP12] is its own: of another key, another owner and another app there is nothing", async () => {
    await begin(dav, "mine");
    await put(dav, "mine/1", "secret");
    const device = await newSigner();
    const audience = `did:web:127.0.0.1%3A${dav.server.port}`;
    const capabilities: readonly Capability[] = [{ with: "app:test", can: "app/write" }];
    const expiresAtSec = Math.floor(Date.now() / 1_000) + 600;
    const proof = await issueDelegation({
      issuer: dav.owner,
      audienceDid: device.did,
      capabilities,
      expiresAtSec,
    });
    const token = await issueInvocation({ issuer: device, audience, capabilities, proof, nowMs: Date.now() });
    const headers = { Authorization: `Bearer ${token}` };
    const url = `${dav.server.url}${base}/mine`;
    const asDevice = (method: string, path = "", more = {}) =>
      fetch(url + path, {
        method,
        headers: { ...headers, ...more },
        ...(method === "PUT" ? { body: "x" } : {}),
      });
    expect((await asDevice("PROPFIND")).status).toBe(404);
    expect((await asDevice("PUT", "/2")).status).toBe(404);
    expect((await asDevice("MOVE", "/.file", to("stolen"))).status).toBe(404);
    expect((await asDevice("DELETE")).status).toBe(404);
    // Its own of the same name is another one.
    expect((await asDevice("MKCOL")).status).toBe(201);
    expect((await asDevice("PUT", "/1")).status).toBe(201);
    expect((await finish(dav, "mine", to("mine"))).status).toBe(201);
    expect(await textOf(dav, "mine")).toBe("secret");
    expect((await asDevice("DELETE")).status).toBe(204);
    expect((await dav.request("PROPFIND", "/dav/uploads/other/")).status).toBe(403);
  });

  it("[UP12] a token for a folder sends parts, and finishes in its folder only", async () => {
    await dav.request("MKCOL", "sub");
    const narrow = await dav.token([{ with: "app:test/sub", can: "app/write" }]);
    const reader = await dav.token([{ with: "app:test", can: "app/read" }]);
    const send = (token: string, method: string, path: string, headers = {}, body?: string) => {
      const init = { method, headers: { Authorization: `Bearer ${token}`, ...headers } };
      return fetch(`${dav.server.url}${base}/${path}`, body === undefined ? init : { ...init, body });
    };
    expect((await send(reader, "MKCOL", "narrow")).status).toBe(403);
    expect((await send(reader, "PROPFIND", "")).status).toBe(403);
    expect((await send(narrow, "MKCOL", "narrow", to("outside"))).status).toBe(403);
    expect((await send(narrow, "MKCOL", "narrow", to("sub/f"))).status).toBe(201);
    expect((await send(narrow, "PUT", "narrow/1", {}, "x")).status).toBe(201);
    expect((await send(narrow, "MOVE", "narrow/.file", to("outside"))).status).toBe(403);
    expect((await send(narrow, "MOVE", "narrow/.file", to("sub/f"))).status).toBe(201);
  });

  it("[UP13] parts count as used bytes, and are given back", async () => {
    await using small = await startTestServer({ env: { DAV_QUOTA_DEFAULT: "1000", DAV_TRASH_KEEP: "0" } });
    const used = async () => {
      const body = '<D:propfind xmlns:D="DAV:"><D:prop><D:quota-used-bytes/></D:prop></D:propfind>';
      const answer = await small.request("PROPFIND", "", { body, headers: { Depth: "0" } });
      return Number(/<D:quota-used-bytes>(\d+)/.exec(await answer.text())?.[1]);
    };
    expect((await begin(small, "q", { "OC-Total-Length": "1001" })).status).toBe(507);
    await begin(small, "q");
    await put(small, "q/1", "x".repeat(600));
    expect(await used()).toBe(600);
    expect((await put(small, "q/2", "y".repeat(401))).status).toBe(507);
    const stream = new Blob(["y".repeat(401)]).stream();
    expect((await small.request("PUT", `${base}/q/2`, { body: stream })).status).toBe(507);
    expect((await put(small, "q/1", "x".repeat(500))).status).toBe(204);
    expect((await put(small, "q/2", "y".repeat(500))).status).toBe(201);
    expect(await used()).toBe(1000);
    expect((await small.request("PUT", "f", { body: "z" })).status).toBe(507);
    // The parts give their bytes back to the file made of them.
    expect((await finish(small, "q", to("f"))).status).toBe(201);
    expect(await used()).toBe(1000);
    await small.request("DELETE", "f");
    await begin(small, "q2");
    await put(small, "q2/1", "x".repeat(1000));
    await small.request("DELETE", `${base}/q2`);
    expect(await used()).toBe(0);
    expect(await fsck(small)).toEqual([]);
    expect(await partFiles(small)).toEqual([]);
  });

  it("[UP13] the parts of one file are not more than a body may be", async () => {
    await begin(dav, "toomuch");
    const half = new Uint8Array(1_100_000);
    expect((await put(dav, "toomuch/1", half)).status).toBe(201);
    expect((await put(dav, "toomuch/2", half)).status).toBe(413);
    await dav.request("DELETE", `${base}/toomuch`);
  });

  it("[UP14] ends when its time is over, with its files; a part gives it a new term", async () => {
    const clock = fakeClock(Date.now());
    await using aged = await startTestServer({ parts: { clock }, env: { DAV_UPLOAD_KEEP: "1h" } });
    const request = async (method: string, path: string, body?: string) => {
      const headers = { Authorization: `Bearer ${await aged.token()}` };
      return fetch(`${aged.server.url}${base}/${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      });
    };
    await request("MKCOL", "old");
    await request("MKCOL", "used");
    await request("PUT", "old/1", "x");
    await clock.advance(50 * 60_000);
    await request("PUT", "used/1", "x");
    await clock.advance(50 * 60_000);
    expect((await request("PUT", "old/2", "x")).status).toBe(404);
    expect((await request("PUT", "used/2", "x")).status).toBe(201);
    await aged.restart();
    expect((await request("PROPFIND", "old")).status).toBe(404);
    expect((await request("MKCOL", "old")).status).toBe(201);
  });

  it("[UP15] a part that is cut leaves nothing, and a fault of the disk neither", async () => {
    const disk = failingDisk();
    await using own = await startTestServer({ parts: { disk } });
    await begin(own, "cut");
    const head = [
      `PUT ${base}/cut/1 HTTP/1.1`,
      `Host: 127.0.0.1:${own.server.port}`,
      `Authorization: Bearer ${await own.token()}`,
      "Content-Length: 200000",
    ];
    await sendRaw(own.server.port, `${head.join("\r\n")}\r\n\r\n${"-".repeat(100_000)}`, { end: true });
    for (const [step, code, status] of [
      ["create", "ENOSPC", 507],
      ["write", "EIO", 500],
      ["flush", "EIO", 500],
      ["flushFolder", "EIO", 500],
    ] as const) {
      disk.fail(step, code);
      expect((await put(own, "cut/1", "x")).status, step).toBe(status);
      disk.fail(step, null);
    }
    expect(await partFiles(own)).toEqual([]);
    await put(own, "cut/1", new Uint8Array(100_000));
    await put(own, "cut/2", new Uint8Array(100_000));
    for (const step of ["create", "write", "flush", "rename", "flushFolder", "read"] as const) {
      disk.fail(step, "EIO");
      expect((await finish(own, "cut", to("f"))).status, step).toBe(500);
      disk.fail(step, null);
    }
    expect((await finish(own, "cut", to("f"))).status).toBe(201);
    expect((await own.request("HEAD", "f")).headers.get("content-length")).toBe("200000");
    expect(await partFiles(own)).toEqual([]);
    expect(await fsck(own)).toEqual([]);
  });

  it("[UP15] fsck misses a part that is gone, and gc drops what is over", async () => {
    await using own = await startTestServer();
    await begin(own, "lost");
    const folder = join(own.folder, "dav", "uploads");
    await put(own, "lost/1", "x");
    await rm(join(folder, "1"), { recursive: true });
    expect(await fsck(own)).toMatchObject([{ kind: "upload_part_missing", owner: 1 }]);
    const db = new Database(join(own.folder, "dav", "endpoint.db"));
    db.prepare("UPDATE uploads SET expires_ms = 1").run();
    db.close();
    const lines: string[] = [];
    const io = { out: (line: string) => void lines.push(line), err: () => {}, env: {} };
    expect(await runGc(["--data", own.folder, "--json"], io)).toBe(0);
    expect(JSON.parse(lines.join(""))).toMatchObject({ uploads: { count: 1, bytes: 1 } });
    expect(await fsck(own)).toEqual([]);
  });

  it("[UP16] random parts, repeats, gaps and restarts leave what a simple model has", async () => {
    await using own = await startTestServer();
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const random = seededRandom(seed);
      const pick = (count: number) => Math.floor(random() * count);
      const model = new Map<number, Uint8Array<ArrayBuffer>>();
      await begin(own, `s${seed}`);
      const wanted = 1 + pick(6);
      for (let step = 0; step < 25; step += 1) {
        const number = 1 + pick(wanted);
        const what = random();
        if (what < 0.6) {
          const bytes = new Uint8Array(pick(4) === 0 ? 70_000 + pick(9_000) : pick(300)).fill(step);
          expect((await put(own, `s${seed}/${number}`, bytes)).status).toBe(model.has(number) ? 204 : 201);
          model.set(number, bytes);
        } else if (what < 0.75) {
          const answer = await own.request("DELETE", `${base}/s${seed}/${number}`);
          expect(answer.status).toBe(model.delete(number) ? 204 : 404);
        } else if (what < 0.8) {
          await own.restart();
        } else {
          const isWhole = Array.from(model.keys()).every((one) => one <= model.size) && model.size > 0;
          const answer = await finish(own, `s${seed}`, to(`f${seed}`));
          expect(answer.ok, `seed ${seed} step ${step}`).toBe(isWhole);
          if (!isWhole) continue;
          const parts = [...model.entries()].sort(([a], [b]) => a - b).map(([, bytes]) => bytes);
          const found = Buffer.from(await (await own.request("GET", `f${seed}`)).arrayBuffer());
          expect(found.equals(Buffer.concat(parts)), `seed ${seed} step ${step}`).toBe(true);
          model.clear();
          await begin(own, `s${seed}`);
        }
      }
      await own.request("DELETE", `${base}/s${seed}`);
    }
    expect(await partFiles(own)).toEqual([]);
    expect(await fsck(own)).toEqual([]);
  });
});
