import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { mapConcurrently } from "../src/admin/map-concurrently.ts";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { startThreadedTestServer } from "../src/testing/threaded-fixture.ts";
import { answersOn } from "./raw-answers.ts";

const at = "/dav/apps/test";

async function startWithHead() {
  const dav = await startTestServer();
  const auth = `Authorization: Bearer ${await dav.token()}`;
  const head = (line: string, ...headers: string[]) =>
    Buffer.from([`${line} HTTP/1.1`, "Host: h", auth, ...headers, "", ""].join("\r\n"), "latin1");
  const put = (name: string, body: string) =>
    Buffer.concat([head(`PUT ${at}/${name}`, `Content-Length: ${body.length}`), Buffer.from(body)]);
  return { dav, head, put };
}

/** Sends pieces one after the other, each when the one before has left; answers the first `count` that come back. */
async function talk(dav: TestServer, pieces: readonly Uint8Array[], count: number) {
  const socket = connect(dav.server.port, "127.0.0.1")
    .setNoDelay(true)
    .on("error", () => {});
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    text += chunk;
    if (answersOn(text).length >= count) socket.destroy();
  });
  for (const piece of pieces) await new Promise<void>((resolve) => void socket.write(piece, () => resolve()));
  if (!socket.destroyed) await once(socket, "close");
  return answersOn(text);
}

describe("several requests on a connection before the first is answered", () => {
  it("[DV47] are done in the order they came in: the last one written stands, and each reads what those before it did", async () => {
    const { dav, head, put } = await startWithHead();
    await using _ = dav;
    for (let round = 0; round < 5; round += 1) {
      const answers = await talk(
        dav,
        [
          Buffer.concat([
            put("x", `large ${round}`.padEnd(400_000, "x")),
            put("x", `small ${round}`),
            head(`GET ${at}/x`),
            head(`MOVE ${at}/x`, `Destination: ${at}/y`),
            head(`GET ${at}/x`),
            head(`GET ${at}/y`),
            head(`DELETE ${at}/y`),
            head(`GET ${at}/y`),
          ]),
        ],
        8,
      );
      expect(answers.map(({ status }) => status)).toEqual([201, 204, 200, 201, 404, 200, 204, 404]);
      expect([answers[2]?.body, answers[5]?.body]).toEqual([`small ${round}`, `small ${round}`]);
    }
  });

  it("[DV47] what is broken after them is answered after them", async () => {
    const { dav, put } = await startWithHead();
    await using _ = dav;
    for (let round = 0; round < 5; round += 1) {
      const body = `${round}`.padEnd(300_000, "x");
      const answers = await talk(dav, [put("x", body), put("y", "y"), Buffer.from("bro\0ken\r\n\r\n")], 3);
      const isNew = round === 0 ? 201 : 204;
      expect(answers.map(({ status }) => status)).toEqual([isNew, isNew, 400]);
      expect(await (await dav.request("GET", "x")).text()).toBe(body);
    }
  });

  it("[DV47] too many of them are not gathered behind a slow one: the connection is cut", async () => {
    await using dav = await startThreadedTestServer({ DAV_THREADS: "1" });
    const auth = `Authorization: ${dav.headers.Authorization}`;
    const held = new Database(join(dav.folder, "dav/endpoint.db"));
    held.exec("BEGIN IMMEDIATE");
    const socket = connect(dav.server.port, "127.0.0.1").on("error", () => {});
    socket.write([`PUT ${at}/x HTTP/1.1`, "Host: h", auth, "Content-Length: 1", "", "x"].join("\r\n"));
    // Longer than the line holds: it ends because the server cuts it.
    socket.write("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n".repeat(20_000));
    await new Promise<void>((resolve) => void socket.on("close", () => resolve()));
    held.exec("COMMIT");
    held.close();
    expect(socket.bytesRead).toBe(0);
    expect((await dav.send("PUT", "x", { body: "x" })).status).toBeLessThan(300);
  });

  it("[DV47] one that was refused before its body leaves the next where it is", async () => {
    const { dav, head, put } = await startWithHead();
    await using _ = dav;
    const refused = Buffer.concat([head(`PUT ${at}/no/way`, "Content-Length: 5"), Buffer.from("hello")]);
    const answers = await talk(dav, [refused, put("x", "x"), head(`GET ${at}/x`)], 3);
    expect(answers.map(({ status, body }) => [status, body.length])).toEqual([
      [409, expect.any(Number)],
      [201, 0],
      [200, 1],
    ]);
    // Not invited: whether the body comes all the same cannot be known, so nothing after it is read.
    const uninvited = head(`PUT ${at}/no/way`, "Content-Length: 5", "Expect: 100-continue");
    const [early, ...more] = await talk(dav, [Buffer.concat([uninvited, head(`DELETE ${at}/x`)])], 2);
    expect([early?.status, /connection: close/i.test(early?.head ?? ""), more]).toEqual([409, true, []]);
    expect((await dav.request("GET", "x")).status).toBe(200);
  });
});

describe("a request that comes in two pieces, cut at every byte", () => {
  const chunked =
    '5;ext=1;quoted="a;b"\r\nhello\r\n6\r\n world\r\n0\r\nIf-Match: "none"\r\nX-OC-Mtime: soon\r\n\r\n';
  it.each([
    ["with a length", ["Content-Length: 11"], "hello world"],
    [
      "in chunks, with extensions and trailers, which say nothing here",
      ["Transfer-Encoding: chunked"],
      chunked,
    ],
    ["with no body", ["Content-Length: 0"], ""],
    ["in no chunks", ["Transfer-Encoding: chunked"], "0\r\n\r\n"],
    ["with what is expected", ["Content-Length: 11", "Expect: 100-continue"], "hello world"],
  ])("[DV48] PUT %s is the same request", async (_name, headers, body) => {
    const { dav, head } = await startWithHead();
    await using _ = dav;
    const wholeTo = (name: string) =>
      Buffer.concat([head(`PUT ${at}/${name}`, ...headers), Buffer.from(body)]);
    const { length } = wholeTo("x000");
    const cuts = Array.from({ length: length - 1 }, (_none, index) => index + 1);
    // The token in the middle says nothing that its first bytes do not.
    const few = cuts.filter((cut) => cut < 70 || cut > length - body.length - 50);
    await mapConcurrently(few, 16, async (cut) => {
      const name = `x${String(cut).padStart(3, "0")}`;
      const whole = wholeTo(name);
      const count = headers.includes("Expect: 100-continue") ? 2 : 1;
      const answers = await talk(dav, [whole.subarray(0, cut), whole.subarray(cut)], count);
      expect([cut, answers.at(-1)?.status]).toEqual([cut, 201]);
      const text = await (await dav.request("GET", name)).text();
      expect([cut, text]).toEqual([cut, body.includes("hello") ? "hello world" : ""]);
    });
  });
});
