import { seededRandom } from "@relite/core/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { sendRaw } from "../src/testing/raw-request.ts";
import { bodyRows } from "./hostile/body-rows.ts";
import { conditionRows } from "./hostile/condition-rows.ts";
import { destinationRows } from "./hostile/destination-rows.ts";
import { listingRows } from "./hostile/listing-rows.ts";
import { lockRows } from "./hostile/lock-rows.ts";
import { pageRows } from "./hostile/page-rows.ts";
import { pathRows } from "./hostile/path-rows.ts";
import { propertyRows } from "./hostile/property-rows.ts";
import { reportRows } from "./hostile/report-rows.ts";
import { requestRows } from "./hostile/request-rows.ts";
import { at, type HostileRow } from "./hostile/row.ts";

const rows: readonly HostileRow[] = [
  ...pathRows,
  ...requestRows,
  ...conditionRows,
  ...destinationRows,
  ...lockRows,
  ...reportRows,
  ...propertyRows,
  ...listingRows,
  ...bodyRows,
  ...pageRows,
];

describe("hostile requests", () => {
  let dav: TestServer;
  let auth: string;
  beforeAll(async () => {
    dav = await startTestServer({ env: { DAV_MAX_BODY: "1G" } });
    auth = `Authorization: Bearer ${await dav.token()}`;
    await dav.request("PUT", "kept", { body: "kept" });
  });
  afterAll(async () => {
    await dav[Symbol.asyncDispose]();
  });

  const shown = (text: string) => (text.length > 70 ? `${text.slice(0, 70)}… (${text.length})` : text);

  it.each(rows.map((row, index) => [index, shown(`${row[0]} ${row[1].join(" ")}`), row] as const))(
    "[DV20] %i %s",
    async (_index, _title, [line, headers, body, status]) => {
      const lines = [`${line} HTTP/1.1`, `Host: 127.0.0.1:${dav.server.port}`];
      for (const header of headers) lines.push(header === "A" ? auth : header);
      const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
      const answer = await sendRaw(dav.server.port, Buffer.concat([head, Buffer.from(body)]));
      expect(answer.status, answer.text.slice(0, 300)).toBe(status);
      expect(answer.text).not.toMatch(/\bat .*\.ts:|node_modules|SQLITE/);
      expect((await fetch(`${dav.server.url}/healthz`)).status).toBe(200);
    },
  );

  it.each([
    ["a body cut in the middle", "Content-Length: 1000", "half"],
    ["a large body cut in the middle", "Content-Length: 1000000", "x".repeat(300_000)],
    ["a chunk cut in the middle", "Transfer-Encoding: chunked", "5\r\nhel"],
    ["a last chunk that never comes", "Transfer-Encoding: chunked", "5\r\nhello\r\n"],
    ["no body at all", "Content-Length: 10", ""],
  ])("[DV21] PUT with %s changes nothing and leaves nothing", async (_name, header, body) => {
    const head = `PUT ${at}/kept HTTP/1.1\r\nHost: 127.0.0.1:${dav.server.port}\r\n${auth}\r\n${header}\r\n\r\n`;
    await sendRaw(dav.server.port, head + body, { end: true });
    expect(await (await dav.request("GET", "kept")).text()).toBe("kept");
    await dav.restart();
    auth = `Authorization: Bearer ${await dav.token()}`;
    expect(await (await dav.request("GET", "kept")).text()).toBe("kept");
    const { readdir } = await import("node:fs/promises");
    expect(await readdir(`${dav.folder}/dav/blobs/staging`)).toEqual([]);
  });

  it.each([1, 2, 3])("[DV20] seed %i: requests with random damage are answered or dropped", async (seed) => {
    // A server of its own: a damaged DELETE may take anything.
    await using dav = await startTestServer();
    const auth = `Authorization: Bearer ${await dav.token()}`;
    const random = seededRandom(seed);
    const below = (limit: number) => Math.floor(random() * limit);
    const damage = (bytes: Buffer): Buffer => {
      const at = below(bytes.length);
      const kinds = [
        () => Buffer.concat([bytes.subarray(0, at), Buffer.from([below(256)]), bytes.subarray(at + 1)]),
        () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(20))]),
        () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(below(at + 1), at), bytes.subarray(at)]),
        () => bytes.subarray(0, at),
      ];
      return (kinds[below(kinds.length)] ?? kinds[0])?.() ?? bytes;
    };
    const send = async () => {
      const [line, headers, body] = rows[below(rows.length)] ?? (rows[0] as HostileRow);
      const lines = [
        `${line} HTTP/1.1`,
        "Host: h",
        ...headers.map((header) => (header === "A" ? auth : header)),
      ];
      let bytes = Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), Buffer.from(body)]);
      for (let times = below(4); times >= 0; times -= 1) bytes = Buffer.from(damage(bytes));
      const { status } = await sendRaw(dav.server.port, bytes, { end: true });
      expect(status === 0 || (status >= 200 && status < 600 && status !== 500), `${status}: ${bytes}`).toBe(
        true,
      );
    };
    for (let round = 0; round < 15; round += 1) await Promise.all(Array.from({ length: 20 }, send));
    expect((await fetch(`${dav.server.url}/healthz`)).status).toBe(200);
  });

  it("[DV20] a flood of connections that say nothing stops nobody", async () => {
    const { connect } = await import("node:net");
    const silent = Array.from({ length: 200 }, () =>
      connect(dav.server.port, "127.0.0.1").on("error", () => {}),
    );
    expect(await (await dav.request("GET", "kept")).text()).toBe("kept");
    for (const socket of silent) socket.destroy();
  });
});

describe("Expect: 100-continue", () => {
  it("[DV37] the body is invited when it is wanted; a refusal comes instead of the invitation and closes", async () => {
    await using dav = await startTestServer();
    const auth = `Authorization: Bearer ${await dav.token()}`;
    const head = (path: string, more: string) =>
      `PUT ${at}/${path} HTTP/1.1\r\nHost: h\r\n${more}\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n`;
    const refused = await sendRaw(dav.server.port, head("x", "X: y"));
    expect(refused.text).toMatch(/^HTTP\/1\.1 401(.|\s)*\r\nConnection: close/);
    const conflict = await sendRaw(dav.server.port, head("no/way", auth));
    expect(conflict.text).toMatch(/^HTTP\/1\.1 409/);
    const taken = await sendRaw(dav.server.port, `${head("x", auth)}hello`);
    expect(taken.text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    expect(await (await dav.request("GET", "x")).text()).toBe("hello");
  });
});
