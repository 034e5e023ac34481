import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "@relite/core/testing";
import { expect, it } from "vitest";
import { runFsck, runOwners } from "../src/admin/index.ts";
import { newSigner } from "../src/testing/dav-fixture.ts";
import { type EndpointProcess, startEndpoint } from "./kill/endpoint-process.ts";

const rounds = Number(process.env.DAV_UPLOAD_KILL_ROUNDS ?? 2);
const quiet = { out: () => {}, err: () => {}, env: {} };
const base = "/dav/uploads/test";
const tus = { "Tus-Resumable": "1.0.0" };
const partBytes = 150_000;

/** A body that says how much of it has been taken. */
function slowBody(bytes: Buffer, sent: { count: number }): ReadableStream {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      const piece = bytes.subarray(at, at + 256 * 1024);
      at += piece.length;
      sent.count = at;
      controller.enqueue(new Uint8Array(piece));
    },
  });
}

async function offsetOf(endpoint: EndpointProcess, at: string): Promise<number> {
  const answer = await endpoint.request("HEAD", at, { headers: tus });
  expect(answer.status).toBe(200);
  return Number(answer.headers.get("upload-offset"));
}

it(
  "[UP24] kill -9 during uploads: what was told is durable, nothing is told that is not, and the files are whole",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "relite-upload-kill-"));
    const owner = await newSigner();
    const random = seededRandom(24);
    await runOwners(["add", owner.did, "--data", folder], quiet);
    const whole = randomBytes(30_000_000);
    const parts = Array.from({ length: 80 }, () => randomBytes(partBytes));
    const acknowledged = new Set<number>();
    let at: string | null = null;
    let told = 0;
    for (let round = 0; round < rounds; round += 1) {
      const endpoint = await startEndpoint({ folder, owner });
      if (at === null) {
        const headers = {
          ...tus,
          "Upload-Length": String(whole.length),
          "Upload-Metadata": `filename ${btoa("tus")}`,
        };
        at = (await endpoint.request("POST", `${base}/`, { headers })).headers.get("location") ?? "";
        expect((await endpoint.request("MKCOL", `${base}/chunked`)).status).toBe(201);
      }
      const offset = await offsetOf(endpoint, at);
      expect(offset).toBeGreaterThanOrEqual(told);
      told = offset;
      const sent = { count: 0 };
      const headers = {
        ...tus,
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": String(offset),
      };
      const patching = endpoint.request("PATCH", at, {
        headers,
        body: slowBody(whole.subarray(offset), sent),
      });
      let isOver = false;
      const putting = (async () => {
        for (const [index, bytes] of parts.entries()) {
          if (acknowledged.has(index)) continue;
          const answer = await endpoint.request("PUT", `${base}/chunked/${index + 1}`, {
            body: new Uint8Array(bytes),
          });
          if (isOver || !answer.ok) return;
          acknowledged.add(index);
        }
      })();
      const settled = Promise.allSettled([patching, putting]);
      const goal = Math.floor(random() * 18_000_000);
      await expect
        .poll(() => sent.count, { timeout: 20_000, interval: 5 })
        .toBeGreaterThan(Math.min(goal, whole.length - offset - 1));
      isOver = true;
      await endpoint.kill();
      await settled;
    }
    const endpoint = await startEndpoint({ folder, owner });
    const listed = await (await endpoint.request("PROPFIND", `${base}/chunked`)).text();
    for (const index of acknowledged)
      expect(listed, `part ${index + 1}`).toContain(`/chunked/${index + 1}</D:href>`);
    const offset = await offsetOf(endpoint, at ?? "");
    expect(offset).toBeGreaterThanOrEqual(told);
    const headers = {
      ...tus,
      "Content-Type": "application/offset+octet-stream",
      "Upload-Offset": String(offset),
    };
    const body = new Uint8Array(whole.subarray(offset));
    if (offset < whole.length)
      expect((await endpoint.request("PATCH", at ?? "", { headers, body })).status).toBe(204);
    expect(whole.equals(Buffer.from(await (await endpoint.request("GET", "tus")).arrayBuffer()))).toBe(true);
    for (const [index, bytes] of parts.entries()) {
      if (acknowledged.has(index)) continue;
      expect(
        (await endpoint.request("PUT", `${base}/chunked/${index + 1}`, { body: new Uint8Array(bytes) })).ok,
      ).toBe(true);
    }
    const moved = await endpoint.request("MOVE", `${base}/chunked/.file`, {
      headers: { Destination: "/dav/apps/test/chunked" },
    });
    expect(moved.status).toBe(201);
    const found = Buffer.from(await (await endpoint.request("GET", "chunked")).arrayBuffer());
    expect(Buffer.concat(parts).equals(found)).toBe(true);
    expect(endpoint.unexpected()).toEqual([]);
    await endpoint.stop();
    expect(await runFsck(["--data", folder], quiet)).toBe(0);
    expect(await readdir(join(folder, "dav", "uploads", "1"))).toEqual([]);
    await rm(folder, { recursive: true, force: true });
  },
  100_000 + rounds * 10_000,
);
