import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { systemClock } from "@relite/core/clock";
import { fakeClock } from "@relite/core/testing";
import { describe, expect, it } from "vitest";
import { openHttpServer } from "../src/http-server.ts";
import { startTestServer } from "../src/testing/dav-fixture.ts";

const at = "/dav/apps/test";
const minuteMs = 60_000;

interface Line {
  readonly socket: Socket;
  readonly closed: Promise<string>;
  /** Resolves when the server has sent so much text that matches. */
  heard(pattern: RegExp): Promise<void>;
}

async function openLine(port: number): Promise<Line> {
  const socket = connect(port, "127.0.0.1").on("error", () => {});
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    text += chunk;
  });
  await once(socket, "connect");
  return {
    socket,
    closed: once(socket, "close").then(() => text),
    heard: async (pattern) => {
      while (!pattern.test(text)) await once(socket, "data");
    },
  };
}

describe("slow and silent clients", () => {
  it("[OP2] a body that trickles in is ended with 408, changes nothing, and one that moves is taken", async () => {
    const clock = fakeClock();
    await using dav = await startTestServer({ parts: { clock } });
    const head = async (path: string, length: number) =>
      `PUT ${at}/${path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${await dav.token()}\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;
    const [slow, quick] = [await openLine(dav.server.port), await openLine(dav.server.port)];
    slow.socket.write(await head("slow", 200_000));
    quick.socket.write(await head("quick", 80_000));
    await Promise.all([slow.heard(/100 Continue/), quick.heard(/100 Continue/)]);
    slow.socket.write("x".repeat(1_000));
    quick.socket.write("x".repeat(40_000));
    await dav.request("GET", "nothing");
    await clock.advance(minuteMs + 10_000);
    expect(await slow.closed).toMatch(/HTTP\/1\.1 408 /);
    quick.socket.write("x".repeat(40_000));
    await quick.heard(/HTTP\/1\.1 201 /);
    quick.socket.destroy();
    expect((await dav.request("GET", "slow")).status).toBe(404);
    expect((await dav.request("GET", "quick")).headers.get("content-length")).toBe("80000");
  });

  it("[OP2] a body is not slow because the clock was set or the process stood still", async () => {
    const clock = fakeClock();
    await using dav = await startTestServer({ parts: { clock } });
    const line = await openLine(dav.server.port);
    line.socket.write(
      `PUT ${at}/f HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${await dav.token()}\r\nExpect: 100-continue\r\nContent-Length: 80000\r\n\r\n`,
    );
    await line.heard(/100 Continue/);
    line.socket.write("x".repeat(20_000));
    await dav.request("GET", "nothing");
    await clock.advance(6_000);
    for (const jumpMs of [3_600_000, -3_600_000, 2 * minuteMs]) {
      clock.set(clock.nowMs() + jumpMs);
      await clock.advance(6_000);
    }
    line.socket.write("x".repeat(60_000));
    await line.heard(/HTTP\/1\.1 201 /);
    line.socket.destroy();
  });

  it("[OP2] a reader that takes nothing of its answer is cut off", async () => {
    const clock = fakeClock();
    await using dav = await startTestServer({ parts: { clock } });
    await dav.request("PUT", "large", { body: "x".repeat(30_000_000) });
    const line = await openLine(dav.server.port);
    line.socket.write(
      `GET ${at}/large HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${await dav.token()}\r\n\r\n`,
    );
    await line.heard(/200 OK/);
    line.socket.pause();
    // Time for the buffers in between to fill.
    for (let turn = 0; turn < 30; turn += 1) await dav.request("GET", "nothing");
    await clock.advance(minuteMs + 10_000);
    await clock.advance(minuteMs + 10_000);
    line.socket.resume();
    expect((await line.closed).length).toBeLessThan(30_000_000);
    expect((await dav.request("GET", "nothing")).status).toBe(404);
  });

  it("[OP3] connections that say nothing, half a head, or nothing more are closed, and more than the limit are", async () => {
    const server = await openHttpServer(
      { host: "127.0.0.1", port: 0, reusePort: false, maxConnections: 4 },
      { headersMs: 150, keepAliveMs: 100, idleMs: 400 },
    );
    server.serve(async (_req, res) => void res.end("ok"), systemClock);
    const lines = await Promise.all(Array.from({ length: 4 }, () => openLine(server.port)));
    const [silent, half, dribbling, kept] = lines;
    const beyond = await openLine(server.port);
    expect(await beyond.closed).toBe("");
    half?.socket.write("GET / HTTP/1.1\r\nHost: h\r\nX-Half:");
    const dribble = setInterval(() => dribbling?.socket.write("X"), 20);
    kept?.socket.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const texts = await Promise.all([silent?.closed, half?.closed, dribbling?.closed, kept?.closed]);
    clearInterval(dribble);
    expect(texts[1]).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(texts[2]).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(texts[3]).toMatch(/ok$/);
    await server.stop(systemClock);
  });

  it("[OP4] a condition behind thousands of headers is still heard", async () => {
    await using dav = await startTestServer();
    await dav.request("PUT", "kept", { body: "kept" });
    const line = await openLine(dav.server.port);
    const auth = `Authorization: Bearer ${await dav.token()}`;
    line.socket.write(
      `DELETE ${at}/kept HTTP/1.1\r\nHost: h\r\n${auth}\r\n${"a:\r\n".repeat(3_000)}If-Match: "other"\r\nConnection: close\r\n\r\n`,
    );
    expect(await line.closed).toMatch(/^HTTP\/1\.1 412 /);
  });
});
