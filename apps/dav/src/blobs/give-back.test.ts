import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { expect, it } from "vitest";
import { giveBack } from "./give-back.ts";

it("[BL8] the memory of a body's pieces ends as each was read; what others hold stays", async () => {
  const sent = Buffer.alloc(3_000_000, 7);
  const lengths: number[] = [];
  const server = createServer(async (req, res) => {
    for await (const piece of req) {
      const before = piece.byteLength;
      giveBack(req, piece);
      lengths.push(before, piece.byteLength);
    }
    res.end();
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await (await fetch(`http://127.0.0.1:${port}/`, { method: "PUT", body: sent })).text();
  server.close();
  expect(lengths.reduce((sum, length) => sum + length)).toBe(sent.length);
  expect(lengths.filter((length) => length === 0).length).toBe(lengths.length / 2);
  expect(sent.every((byte) => byte === 7)).toBe(true);

  const held = Buffer.from(new ArrayBuffer(16));
  giveBack(Readable.from([held]), held);
  expect(held.byteLength).toBe(16);
});
