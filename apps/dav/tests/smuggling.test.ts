import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";

const at = "/dav/apps/test";

/** Bytes as they are sent (`A` is the owner's header), and the statuses that may come back on that connection, in order. */
type Row = readonly [name: string, bytes: string, statuses: readonly number[]];

const inner = `DELETE ${at}/kept HTTP/1.1\r\nHost: h\r\nA\r\n\r\n`;
const put = (headers: string, body: string) =>
  `PUT ${at}/x HTTP/1.1\r\nHost: h\r\nA\r\n${headers}\r\n\r\n${body}`;

const rows: readonly Row[] = [
  ["length and chunks", put("Content-Length: 4\r\nTransfer-Encoding: chunked", `0\r\n\r\n${inner}`), [400]],
  ["chunks and length", put("Transfer-Encoding: chunked\r\nContent-Length: 4", `0\r\n\r\n${inner}`), [400]],
  ["two codings", put("Transfer-Encoding: chunked, identity", `0\r\n\r\n${inner}`), [400]],
  ["a coding twice", put("Transfer-Encoding: chunked\r\nTransfer-Encoding: x", `0\r\n\r\n${inner}`), [400]],
  ["a coding that only looks like it", put("Transfer-Encoding: xchunked", `0\r\n\r\n${inner}`), [400]],
  ["a space before the colon", put("Transfer-Encoding : chunked", `0\r\n\r\n${inner}`), [400]],
  ["a folded header", put("X: a\r\n Transfer-Encoding: chunked", `0\r\n\r\n${inner}`), [400]],
  ["a bare line feed in the head", put("Content-Length: 0\nX: y", inner), [400]],
  ["a bare carriage return in a value", put("X: a\rContent-Length: 0", inner), [400]],
  ["a length with a sign", put("Content-Length: +0", inner), [400]],
  ["a length in hexadecimal", put("Content-Length: 0x0", inner), [400]],
  ["two lengths", put("Content-Length: 0\r\nContent-Length: 60", inner), [400]],
  ["a list of lengths", put("Content-Length: 0, 0", inner), [400]],
  ["a chunk size with a sign", put("Transfer-Encoding: chunked", `-1\r\n\r\n${inner}`), [400]],
  ["a chunk size that overflows", put("Transfer-Encoding: chunked", `FFFFFFFFFFFFFFFFF\r\n${inner}`), [400]],
  ["a chunk longer than it says", put("Transfer-Encoding: chunked", `1\r\nab\r\n0\r\n\r\n${inner}`), [400]],
  ["a chunk ended by a bare line feed", put("Transfer-Encoding: chunked", `1\na\n0\n\n${inner}`), [400]],
  [
    "a refused body and what follows it",
    put("If-Match: broken\r\nContent-Length: 5", `hello${inner}`),
    [400, 204],
  ],
  ["no host", `GET ${at}/kept HTTP/1.1\r\nA\r\n\r\n`, [400]],
  ["a version to come", `GET ${at}/kept HTTP/2.0\r\nHost: h\r\nA\r\n\r\n`, [400]],
  ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400]],
  ["no version at all", `GET ${at}/kept\r\nA\r\n\r\n`, [400]],
  ["a TLS greeting", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", [400]],
  ["a space in the target", `GET ${at}/ke pt HTTP/1.1\r\nHost: h\r\nA\r\n\r\n`, [400]],
  ["control characters in the method", `GE\x01T ${at}/kept HTTP/1.1\r\nHost: h\r\nA\r\n\r\n`, [400]],
  ["bytes that are no request", "\x00\xff\xfe\x00".repeat(100), [400]],
  [
    "an upgrade",
    `GET ${at}/kept HTTP/1.1\r\nHost: h\r\nA\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
    [200],
  ],
  ["three in a row", `GET ${at}/kept HTTP/1.1\r\nHost: h\r\nA\r\n\r\n`.repeat(3), [200, 200, 200]],
];

describe("requests that two readers would read differently", () => {
  let dav: TestServer;
  let auth: string;
  beforeAll(async () => {
    dav = await startTestServer();
    auth = `Authorization: Bearer ${await dav.token()}`;
  });
  afterAll(() => dav[Symbol.asyncDispose]());

  it.each(rows)("[DV46] %s", async (_name, bytes, statuses) => {
    await dav.request("PUT", "kept", { body: "kept" });
    const answers = await conversation(dav.server.port, bytes.replaceAll("\r\nA\r\n", `\r\n${auth}\r\n`));
    expect(answers).toEqual(statuses);
    // Nothing that stood inside another request was done; only a request of its own was.
    expect((await dav.request("GET", "kept")).status).toBe(statuses.includes(204) ? 404 : 200);
  });

  it("[DV60] who says nothing more still gets the answers to what was asked, however long they take", async () => {
    const make = `MKCOL ${at}/made/ HTTP/1.1\r\nHost: h\r\nA\r\n\r\n`;
    const look = `GET ${at}/x HTTP/1.1\r\nHost: h\r\nA\r\n\r\n`;
    const all = (make + put("Content-Length: 2", "hi") + look).replaceAll("\r\nA\r\n", `\r\n${auth}\r\n`);
    expect(await conversation(dav.server.port, all)).toEqual([201, 201, 200]);
  });
});

/** Sends bytes, then ends; answers the statuses of all that came back until the server closed. */
async function conversation(port: number, bytes: string): Promise<readonly number[]> {
  const socket = connect(port, "127.0.0.1").on("error", () => {});
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    text += chunk;
  });
  socket.end(bytes, "latin1");
  await once(socket, "close");
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}
