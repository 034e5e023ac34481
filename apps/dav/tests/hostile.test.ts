import { seededRandom } from "@relite/core/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { sendRaw } from "../src/testing/raw-request.ts";

/** Method and target, more header lines, body; status expected. `A` in the header lines stands for the owner's token. */
type Row = readonly [line: string, headers: readonly string[], body: string | Buffer, status: number];

const at = "/dav/apps/test";
const d = 'xmlns="DAV:"';
const withLength = (body: string, type = "application/xml") => [
  "A",
  `Content-Length: ${Buffer.byteLength(body)}`,
  `Content-Type: ${type}`,
];
const exclusive = "<lockscope><exclusive/></lockscope>";
const writeType = "<locktype><write/></locktype>";
/** Names that are short as sent and long as answered, each with its whole namespace. */
const manyNames = (root: string, block?: string) => {
  const prop = `<prop>${Array.from({ length: 4_000 }, (_, index) => `<p:a${index}/>`).join("")}</prop>`;
  const inner = block === undefined ? prop : `<${block}>${prop}</${block}>`;
  return `<${root} ${d} xmlns:p="urn:${"n".repeat(500_000)}">${inner}</${root}>`;
};
const lockInfo = (...parts: readonly string[]) => `<lockinfo ${d}>${parts.join("")}</lockinfo>`;
const xml = (body: string): readonly [readonly string[], string] => [withLength(body), body];

const rows: readonly Row[] = [
  // paths
  ["GET /%", [], "", 400],
  ["GET /%", ["A"], "", 400],
  [`GET ${at}/%zz`, ["A"], "", 400],
  [`GET ${at}/%c3%28`, ["A"], "", 400],
  [`GET ${at}/%00`, ["A"], "", 400],
  [`GET ${at}/a%0d%0ab`, ["A"], "", 400],
  [`GET ${at}/..`, ["A"], "", 400],
  [`GET ${at}/../../etc/passwd`, ["A"], "", 400],
  [`GET ${at}/%2e%2e/x`, ["A"], "", 400],
  [`GET ${at}/.%2e/x`, ["A"], "", 400],
  [`GET ${at}/%252e%252e`, ["A"], "", 404],
  [`GET ${at}/a%2fb`, ["A"], "", 400],
  [`GET ${at}/a%5cb`, ["A"], "", 400],
  [`GET ${at}/a\\b`, ["A"], "", 400],
  [`GET ${at}//x`, ["A"], "", 400],
  [`GET ${at}/./x`, ["A"], "", 400],
  [`GET ${at}/x#fragment`, ["A"], "", 400],
  [`GET ${at}/${"n".repeat(256)}`, ["A"], "", 400],
  [`GET ${at}/${"n".repeat(255)}`, ["A"], "", 404],
  [`GET ${at}/${"%E6%9C%AC".repeat(86)}`, ["A"], "", 400],
  [`GET ${at}${"/d".repeat(126)}`, ["A"], "", 400],
  [`GET ${at}${"/d".repeat(5_000)}`, ["A"], "", 400],
  [`DELETE ${at}${"/d".repeat(125)}`, ["A"], "", 404],
  [`GET ${at}/${"x".repeat(30_000)}`, ["A"], "", 431],
  ["GET dav/apps/test/x", ["A"], "", 400],
  ["GET http://elsewhere.example/dav/apps/test/x", ["A"], "", 400],
  ["GET /dav/apps/%55PPER/x", ["A"], "", 403],
  ["PROPFIND /dav/", ["A"], "", 403],
  ["PROPFIND /dav/apps/", ["A"], "", 403],
  ["PROPFIND /dav/apps/other/", ["A"], "", 403],
  ["DELETE /", ["A"], "", 404],
  ["DELETE /dav/", ["A"], "", 403],
  ["DELETE /dav/apps/", ["A"], "", 403],
  ["GET /", ["A"], "", 404],
  ["GET /davx/apps/test/x", ["A"], "", 404],
  // the request itself
  ["BREW /dav/apps/test/x", ["A"], "", 400],
  [`TRACE ${at}/x`, ["A"], "", 501],
  [`CONNECT ${at}/x`, ["A"], "", 501],
  [`GET ${at}/x`, ["A", "A"], "", 400],
  [`GET ${at}/x`, ["A", "Host: other"], "", 400],
  [`GET ${at}/x`, ["Authorization: Bearer"], "", 401],
  [`GET ${at}/x`, ["Authorization: Bearer a.b.c"], "", 401],
  [`GET ${at}/x`, ["Authorization: Bearer \u00ff\u00fe"], "", 401],
  [`GET ${at}/x`, ["Authorization: Basic !!!"], "", 401],
  [`GET ${at}/x`, [`Authorization: Bearer ${"a".repeat(9_000)}`], "", 431],
  [`GET ${at}/x`, ["A", `X-Flood: ${"y".repeat(40_000)}`], "", 431],
  [`GET ${at}/x`, ["A", "Bad Header"], "", 400],
  [`GET ${at}/x`, ["A", "X-Nul: a\0b"], "", 400],
  [`PUT ${at}/x`, ["A", "Content-Length: 5", "Transfer-Encoding: chunked"], "0\r\n\r\n", 400],
  [`PUT ${at}/x`, ["A", "Content-Length: 5", "Content-Length: 6"], "hello", 400],
  [`PUT ${at}/x`, ["A", "Content-Length: -1"], "", 400],
  [`PUT ${at}/x`, ["A", "Content-Length: 99999999999999999999"], "", 400],
  [`PUT ${at}/x`, ["A", "Content-Length: 999999999999999"], "", 413],
  [`PUT ${at}/x`, ["A", "Transfer-Encoding: chunked"], "zz\r\nhello\r\n", 400],
  [`PUT ${at}/x`, ["A", "Transfer-Encoding: gzip"], "", 400],
  [`PUT ${at}/x`, ["A", "Content-Length: 1", "Content-Range: bytes 0-0/5"], "x", 400],
  // methods still to come
  [`REPORT ${at}/`, ["A"], "", 400],
  [`SEARCH ${at}/`, ["A"], "", 501],
  [`PATCH ${at}/x`, ["A"], "", 501],
  [`POST ${at}/x`, ["A"], "", 501],
  [`PROPPATCH ${at}/`, [], "", 401],
  // locks
  [`LOCK ${at}/x`, ["A"], "", 400],
  [`LOCK ${at}/x`, ...xml(`<lockinfo ${d}/>`), 400],
  [`LOCK ${at}/x`, ...xml(lockInfo("<lockscope><exclusive/></lockscope>")), 400],
  [`LOCK ${at}/x`, ...xml(lockInfo("<lockscope><exclusive/><shared/></lockscope>", writeType)), 400],
  [`LOCK ${at}/x`, ...xml(lockInfo("<lockscope><both/></lockscope>", writeType)), 400],
  [`LOCK ${at}/x`, ...xml(lockInfo("<lockscope/>", writeType)), 400],
  [`LOCK ${at}/x`, ...xml(lockInfo(exclusive, exclusive, writeType)), 400],
  [`LOCK ${at}/x`, ...xml(lockInfo(exclusive, "<locktype><read/></locktype>")), 400],
  [`LOCK ${at}/x`, ...xml(lockInfo(exclusive, writeType, `<owner>${"x".repeat(9_000)}</owner>`)), 400],
  [`LOCK ${at}/x`, ...xml(`<lockinfo>${exclusive}${writeType}</lockinfo>`), 400],
  [`LOCK ${at}/x`, ...xml('<!DOCTYPE x [<!ENTITY a "&b;&b;">]><lockinfo/>'), 400],
  [`LOCK ${at}/x`, ["A", "Content-Length: 99999999"], "", 413],
  [`LOCK ${at}/x`, ["A", "Depth: 1"], "", 400],
  [`LOCK ${at}/x`, ["A", "If: ((("], "", 400],
  [`LOCK ${at}/x`, ["A", "If: (<urn:x>)"], "", 412],
  [`LOCK ${at}/kept`, ["A", "If: (<urn:x>)"], "", 412],
  [`LOCK ${at}/no/way`, ...xml(lockInfo(exclusive, writeType)), 409],
  [`LOCK ${at}/%00`, ...xml(lockInfo(exclusive, writeType)), 400],
  [`LOCK /dav/apps/other/x`, ...xml(lockInfo(exclusive, writeType)), 403],
  [`LOCK ${at}/x`, [], "", 401],
  [`UNLOCK ${at}/kept`, ["A"], "", 400],
  [`UNLOCK ${at}/kept`, ["A", "Lock-Token: "], "", 400],
  [`UNLOCK ${at}/kept`, ["A", "Lock-Token: urn:x"], "", 400],
  [`UNLOCK ${at}/kept`, ["A", "Lock-Token: <x>"], "", 409],
  [`UNLOCK ${at}/x`, ["A", "Lock-Token: <x>"], "", 409],
  [`UNLOCK ${at}/kept`, ["A", "Lock-Token: <x>", "Lock-Token: <y>"], "", 400],
  [`UNLOCK ${at}/kept`, ["A", `Lock-Token: <${"x".repeat(9_000)}>`], "", 409],
  // reports
  [
    `REPORT ${at}/`,
    ...xml(`<sync-collection ${d}><sync-token>${"x".repeat(900_000)}</sync-token></sync-collection>`),
    403,
  ],
  [
    `REPORT ${at}/`,
    ...xml(
      `<sync-collection ${d}><sync-token>urn:relite:sync:c1-1:${"A".repeat(90_000)}</sync-token></sync-collection>`,
    ),
    403,
  ],
  [
    `REPORT ${at}/`,
    ...xml(
      `<sync-collection ${d}><sync-token/><limit><nresults>99999999999</nresults></limit></sync-collection>`,
    ),
    400,
  ],
  [`REPORT ${at}/`, ...xml(manyNames("sync-collection")), 400],
  [`REPORT ${at}/none`, ...xml(`<sync-collection ${d}><sync-token/></sync-collection>`), 404],
  [`REPORT /dav/apps/other/`, ...xml(`<sync-collection ${d}><sync-token/></sync-collection>`), 403],
  [`REPORT ${at}/`, ["A", "Content-Length: 99999999"], "", 413],
  // properties
  [`PROPPATCH ${at}/`, ["A"], "", 400],
  [
    `PROPPATCH ${at}/`,
    ...xml(`<propertyupdate ${d}><set><prop><a/></prop></set><set><prop><b/></prop></set></propertyupdate>`),
    207,
  ],
  [`PROPPATCH ${at}/`, ...xml("<".repeat(50_000)), 400],
  [
    `PROPPATCH ${at}/`,
    ...xml(
      `<propertyupdate ${d}><set><prop>${"<a>".repeat(62)}${"</a>".repeat(62)}</prop></set></propertyupdate>`,
    ),
    400,
  ],
  [
    `PROPPATCH ${at}/`,
    ...xml(`<propertyupdate ${d}><set><prop><a>${"x".repeat(900_000)}</a></prop></set></propertyupdate>`),
    507,
  ],
  [`PROPPATCH ${at}/`, ["A", "Content-Length: 99999999"], "", 413],
  [`PROPPATCH ${at}/`, ...xml(manyNames("propertyupdate", "set")), 400],
  [`PROPPATCH ${at}/`, ...xml(manyNames("propertyupdate", "remove")), 400],
  [`PROPFIND ${at}/`, ...xml(manyNames("propfind")), 400],
  [
    `PROPFIND ${at}/`,
    ...xml(`<propfind ${d}><allprop/><include>${"<a/>".repeat(4_000)}</include></propfind>`),
    207,
  ],
  [`PROPPATCH ${at}/%`, ["A"], "", 400],
  // conditions and other headers
  [`PUT ${at}/x`, ["A", "If: (<urn:x>)", "Content-Length: 1"], "x", 412],
  [`PUT ${at}/x`, ["A", "If: ((((", "Content-Length: 1"], "x", 400],
  [`PUT ${at}/x`, ["A", `If: ${"(<urn:x>)".repeat(500)}`, "Content-Length: 1"], "x", 400],
  [`PUT ${at}/x`, ["A", "If: </%> (<urn:x>)", "Content-Length: 1"], "x", 400],
  [`MKCOL ${at}/col`, ["A", "If: (<urn:x>)"], "", 412],
  [`DELETE ${at}/x`, ["A", "If: <http://elsewhere/x> (<urn:x>)"], "", 412],
  [`GET ${at}/kept`, ["A", "If-None-Match: broken"], "", 400],
  [`GET ${at}/kept`, ["A", `Range: bytes=${"0-0,".repeat(2_000)}0-0`], "", 200],
  [`GET ${at}/kept`, ["A", "Range: bytes=99999999999999999999-"], "", 200],
  [`GET ${at}/kept`, ["A", "Range: bytes=9-"], "", 416],
  [`PROPFIND ${at}/`, ["A", "Depth: -1"], "", 400],
  [`PROPFIND ${at}/`, ["A", "Depth: 99999999999999999999"], "", 400],
  [`PROPFIND ${at}/`, ["A", "Depth: "], "", 400],
  [`COPY ${at}/kept`, ["A"], "", 400],
  [`COPY ${at}/kept`, ["A", "Destination: %"], "", 400],
  [`COPY ${at}/kept`, ["A", `Destination: ${at}/%`], "", 400],
  [`COPY ${at}/kept`, ["A", `Destination: ${at}/%2e%2e/x`], "", 400],
  [`COPY ${at}/kept`, ["A", `Destination: http://127.0.0.1/\\${at}/x`], "", 502],
  [`MOVE ${at}/kept`, ["A", `Destination: ${at}/%00`], "", 400],
  [`MOVE ${at}/kept`, ["A", "Destination: /dav/apps/other/kept"], "", 403],
  [`MOVE ${at}/kept`, ["A", `Destination: ${at}`], "", 403],
  [`MOVE ${at}/`, ["A", `Destination: ${at}/inside`], "", 403],
  // bodies
  [`PROPFIND ${at}/`, ...xml('<!DOCTYPE x [<!ENTITY a "&b;&b;">]><propfind/>'), 400],
  [`PROPFIND ${at}/`, ...xml('<!DOCTYPE x SYSTEM "file:///etc/passwd"><propfind/>'), 400],
  [`PROPFIND ${at}/`, ...xml("<".repeat(50_000)), 400],
  [`PROPFIND ${at}/`, ...xml(`${"<a>".repeat(100_000)}`), 400],
  [
    `PROPFIND ${at}/`,
    ...xml(`<a ${Array.from({ length: 9_000 }, (_, index) => `b${index}=""`).join(" ")}/>`),
    400,
  ],
  [`PROPFIND ${at}/`, ["A", "Content-Length: 99999999"], "", 413],
  [`MKCOL ${at}/col`, ...xml("<mkcol/>"), 415],
  ["POST /relite/claim", ["Content-Length: 1", "Content-Type: application/json"], "{", 400],
  ["POST /relite/claim", ["Content-Length: 1", "Content-Type: text/plain"], "{", 415],
  ["DELETE /relite/info", [], "", 405],
  ["OPTIONS *", [], "", 200],
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
      const [line, headers, body] = rows[below(rows.length)] ?? (rows[0] as Row);
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
