import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";

const small = "hello, checksums";
const large = "0123456789abcdef".repeat(20_000);
const hash = (name: string, body: string) => createHash(name).update(body);
const hex = (name: string, body: string) => hash(name, body).digest("hex");
const base64 = (name: string, body: string) => hash(name, body).digest("base64");

/** What each header says of a body. */
const truths: readonly (readonly [name: string, header: string, of: (body: string) => string])[] = [
  ["SHA1", "OC-Checksum", (body) => `SHA1:${hex("sha1", body)}`],
  ["upper case SHA1", "OC-Checksum", (body) => `sha1:${hex("sha1", body).toUpperCase()}`],
  ["MD5", "OC-Checksum", (body) => `MD5:${hex("md5", body)}`],
  ["SHA256", "OC-Checksum", (body) => `SHA256:${hex("sha256", body)}`],
  ["SHA3-256", "OC-Checksum", (body) => `SHA3-256:${hex("sha3-256", body)}`],
  ["two at once", "OC-Checksum", (body) => `SHA1:${hex("sha1", body)} MD5:${hex("md5", body)}`],
  ["a digest", "Content-Digest", (body) => `sha-256=:${base64("sha256", body)}:`],
  [
    "a long digest",
    "Repr-Digest",
    (body) => `sha-512=:${base64("sha512", body)}:, sha-256=:${base64("sha256", body)}:`,
  ],
  ["MD5 of RFC 1864", "Content-MD5", (body) => base64("md5", body)],
];

const ask =
  '<d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop><oc:checksums/></d:prop></d:propfind>';

async function checksumsOf(dav: TestServer, name: string): Promise<string | undefined> {
  const text = await (await dav.request("PROPFIND", name, { body: ask, headers: { Depth: "0" } })).text();
  return /<X:checksums xmlns:X="http:\/\/owncloud.org\/ns"><X:checksum>([^<]*)<\/X:checksum>/.exec(text)?.[1];
}

describe("checksums", () => {
  let dav: TestServer;
  beforeAll(async () => {
    dav = await startTestServer();
  });
  afterAll(() => dav[Symbol.asyncDispose]());

  it.each(truths)("[UP4] %s (%s) is verified while the body arrives", async (_what, header, of) => {
    for (const body of [small, large, ""]) {
      expect((await dav.request("PUT", "f", { body: `old ${body.length}` })).ok).toBe(true);
      const wrong = await dav.request("PUT", "f", { body, headers: { [header]: of(`${body}!`) } });
      expect(wrong.status).toBe(400);
      expect(await wrong.json()).toMatchObject({ reason: "checksum_mismatch", details: { header } });
      expect(await (await dav.request("GET", "f")).text()).toBe(`old ${body.length}`);
      expect((await dav.request("PUT", "f", { body, headers: { [header]: of(body) } })).status).toBe(204);
    }
    expect(await readdir(join(dav.folder, "dav", "blobs", "staging"))).toEqual([]);
  });

  it("[UP4] Adler32 is that of RFC 1950, over many runs of its sum", async () => {
    const put = (body: string, value: string) =>
      dav.request("PUT", "adler", { body, headers: { "OC-Checksum": `Adler32:${value}` } });
    expect((await put("Wikipedia", "11e60398")).status).toBe(201);
    expect((await put("Wikipedia", "11e60399")).status).toBe(400);
    const ones = Buffer.alloc(200_000, 0xff).toString("latin1");
    let [low, high] = [1, 0];
    for (const byte of Buffer.from(ones, "utf8")) {
      low = (low + byte) % 65_521;
      high = (high + low) % 65_521;
    }
    const value = (high * 65_536 + low).toString(16).padStart(8, "0");
    expect((await put(ones, value)).status).toBe(204);
  });

  it.each([
    ["OC-Checksum", "SHA1:random"],
    ["OC-Checksum", "SHA1:"],
    ["OC-Checksum", "SHA1"],
    ["OC-Checksum", `SHA1:${hex("md5", small)}`],
    ["OC-Checksum", `CRC99:${hex("md5", small)}`],
    ["OC-Checksum", `constructor:${hex("md5", small)}`],
    ["OC-Checksum", " "],
    ["OC-Checksum", Array.from({ length: 6 }, () => `SHA1:${hex("sha1", small)}`).join(" ")],
    ["Content-Digest", "sha-256"],
    ["Content-Digest", "sha-256=abc"],
    ["Content-Digest", "sha-256=:abc:"],
    ["Repr-Digest", `sha-256=:${base64("md5", small)}:`],
    ["Repr-Digest", ","],
    ["Content-MD5", "x"],
    ["Content-MD5", hex("md5", small)],
  ])("[UP5] %s: %s is refused before the body", async (header, value) => {
    const answer = await dav.request("PUT", "refused", { body: small, headers: { [header]: value } });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ reason: "bad_checksum" });
    expect((await dav.request("GET", "refused")).status).toBe(404);
  });

  it("[UP5] a digest in an algorithm that is not known says nothing (RFC 9530)", async () => {
    const headers = { "Content-Digest": "unixsum=:AAAA:, adler=:AAAA:" };
    expect((await dav.request("PUT", "unknown", { body: small, headers })).status).toBe(201);
  });

  it("[UP6] are kept with the content, shown by PROPFIND, GET and HEAD, and go where the bytes go", async () => {
    const own = `${large} of its own`;
    const sha1 = `SHA1:${hex("sha1", own)}`;
    const known = `${sha1} SHA256:${hex("sha256", own)}`;
    await dav.request("PUT", "kept", { body: own, headers: { "OC-Checksum": sha1 } });
    expect(await checksumsOf(dav, "kept")).toBe(known);
    for (const method of ["GET", "HEAD"]) {
      expect((await dav.request(method, "kept")).headers.get("oc-checksum")).toBe(sha1);
    }
    await dav.request("COPY", "kept", { headers: { Destination: "/dav/apps/test/copied" } });
    await dav.request("MOVE", "kept", { headers: { Destination: "/dav/apps/test/moved" } });
    expect(await checksumsOf(dav, "copied")).toBe(known);
    expect(await checksumsOf(dav, "moved")).toBe(known);
    await dav.request("PUT", "same", { body: own, headers: { "OC-Checksum": `MD5:${hex("md5", own)}` } });
    expect(await checksumsOf(dav, "moved")).toBe(
      `${sha1} MD5:${hex("md5", own)} SHA256:${hex("sha256", own)}`,
    );
    await dav.request("PUT", "moved", { body: `${own}!` });
    expect(await checksumsOf(dav, "moved")).toBe(`SHA256:${hex("sha256", `${own}!`)}`);
    expect((await dav.request("GET", "moved")).headers.has("oc-checksum")).toBe(false);
    const set = `<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><oc:checksums xmlns:oc="http://owncloud.org/ns">x</oc:checksums></d:prop></d:set></d:propertyupdate>`;
    expect(await (await dav.request("PROPPATCH", "moved", { body: set })).text()).toContain("403 Forbidden");
  });

  it("[UP6] Repr-Digest is told to who wants it, of the whole file also with a range", async () => {
    await dav.request("PUT", "told", { body: small });
    const wanted = { "Want-Repr-Digest": "sha-512=3, sha-256=10", Range: "bytes=0-3" };
    const answer = await dav.request("GET", "told", { headers: wanted });
    expect(answer.headers.get("repr-digest")).toBe(`sha-256=:${base64("sha256", small)}:`);
    expect((await dav.request("GET", "told")).headers.has("repr-digest")).toBe(false);
    const unwanted = await dav.request("GET", "told", { headers: { "Want-Repr-Digest": "sha-256=0" } });
    expect(unwanted.headers.has("repr-digest")).toBe(false);
  });

  it.each([
    ["gzip", 415],
    ["br", 415],
    ["gzip, identity", 415],
    ["aws-chunked", 415],
    ["identity", 201],
    ["", 201],
  ])("[UP7] PUT with Content-Encoding %j is %i", async (coding, status) => {
    await dav.request("DELETE", "coded");
    const answer = await dav.request("PUT", "coded", {
      body: small,
      headers: { "Content-Encoding": coding },
    });
    expect(answer.status).toBe(status);
    expect((await dav.request("GET", "coded")).status).toBe(status === 201 ? 200 : 404);
  });
});
