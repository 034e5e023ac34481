import { createHash, randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";

const step = 512 * 1024;
const sizes = [step - 1, step, step + 1, 2 * step, 3 * step + 7, 64 * 1024 + 1];

describe("bodies of many steps", () => {
  let dav: TestServer;
  beforeAll(async () => {
    dav = await startTestServer();
  });
  afterAll(() => dav[Symbol.asyncDispose]());

  it.each(sizes)("[SP3] %i bytes come back as they were sent, whole and in part", async (size) => {
    const bytes = randomBytes(size);
    const put = await dav.request("PUT", `${size}.bin`, { body: bytes });
    expect(put.status).toBe(201);
    const got = await dav.request("GET", `${size}.bin`);
    expect([got.headers.get("content-length"), await sha256(got)]).toEqual([String(size), hashOf(bytes)]);
    for (const [start, end] of [
      [0, 0],
      [step - 2, step + 1],
      [1, size - 1],
      [size - 1, size - 1],
    ] as const) {
      const part = await dav.request("GET", `${size}.bin`, { headers: { Range: `bytes=${start}-${end}` } });
      const expected = bytes.subarray(start, end + 1);
      // A range that begins behind the end is none.
      if (expected.length === 0) expect(part.status).toBe(416);
      else expect([part.status, await sha256(part)]).toEqual([206, hashOf(expected)]);
    }
  });

  it("[SP3] a reader that leaves in the middle leaves no open file behind", async () => {
    await dav.request("PUT", "left.bin", { body: randomBytes(32 * step) });
    const openFiles = () => readdirSync("/proc/self/fd").length;
    const before = openFiles();
    for (let round = 0; round < 20; round += 1) {
      const answer = await dav.request("GET", "left.bin");
      const reader = answer.body?.getReader();
      await reader?.read();
      await reader?.cancel();
    }
    await expect.poll(openFiles, { timeout: 5_000 }).toBeLessThanOrEqual(before + 2);
  });
});

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function sha256(answer: Response): Promise<string> {
  return hashOf(new Uint8Array(await answer.arrayBuffer()));
}
