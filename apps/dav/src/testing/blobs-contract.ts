import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { beforeEach, describe, expect, it } from "vitest";
import type { Blobs, IncomingLimits } from "../blobs/blobs.ts";
import { codeOf } from "./tree-contract.ts";

const large = Buffer.alloc(150_000, 7);
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const free: IncomingLimits = { maxBytes: 1_000_000, declaredBytes: null };
/** Any time after what was written just now. */
const later = () => Date.now() + 60_000;

/** What every content port must do; run it with each implementation. */
export function describeBlobs(name: string, make: () => Promise<Blobs>): void {
  describe(`blobs: ${name}`, () => {
    let blobs: Blobs;
    const stage = (bytes: Buffer, limits = free) =>
      blobs.stage(1, Readable.from([bytes.subarray(0, 10), bytes.subarray(10)]), limits);
    const keep = async (bytes: Buffer) => {
      const staged = await stage(bytes);
      await staged.keep();
      await staged.release();
      return staged.hash;
    };
    const read = async (hash: string, start: number, end: number) =>
      Buffer.concat(await (await blobs.open(1, hash, { start, end })).toArray());
    const all = async () => {
      const found: unknown[] = [];
      for await (const content of blobs.list()) found.push(content);
      return found;
    };

    beforeEach(async () => {
      blobs = await make();
      await blobs.clean();
    });

    it("[BL1] hands small bytes back and keeps large ones under their hash, by owner", async () => {
      const small = await stage(Buffer.from("small bytes"));
      expect(small).toMatchObject({
        size: 11,
        inline: Buffer.from("small bytes"),
        hash: sha256(Buffer.from("small bytes")),
      });
      const hash = await keep(large);
      expect(hash).toBe(sha256(large));
      expect(await read(hash, 0, large.length - 1)).toEqual(large);
      expect((await read(hash, 5, 9)).length).toBe(5);
      expect(await codeOf(() => blobs.open(2, hash, { start: 0, end: 1 }))).toBe("not_found");
      expect(await all()).toMatchObject([{ owner: 1, hash, size: large.length }]);
    });

    it("[BL2] what was not kept, was too long, or ended early leaves nothing", async () => {
      await (await stage(large)).release();
      expect(await codeOf(() => stage(large, { maxBytes: 149_999, declaredBytes: null }))).toBe("too_large");
      expect(await codeOf(() => stage(large, { ...free, declaredBytes: 150_001 }))).toBe("bad_request");
      const broken = Readable.from(
        (async function* () {
          yield large;
          throw Object.assign(new Error("gone"), { code: "ECONNRESET" });
        })(),
      );
      expect(await codeOf(() => blobs.stage(1, broken, free))).toBe("bad_request");
      expect(await all()).toEqual([]);
    });

    it("[BL3] sets aside only what is old enough, and removes it then", async () => {
      const hash = await keep(large);
      const { files } = blobs;
      expect(files.has(1, hash)).toBe(true);
      expect(files.setAside(1, hash, 0)).toBe(false);
      expect(files.setAside(1, hash, later())).toBe(true);
      expect([files.has(1, hash), files.setAside(1, hash, later())]).toEqual([false, false]);
      expect(await all()).toEqual([]);
      await keep(large);
      await blobs.clearAside();
      expect((await read(hash, 0, large.length - 1)).length).toBe(large.length);
    });

    it("[BL5] says whether it can be written", async () => {
      await expect(blobs.probe()).resolves.toBeUndefined();
      expect(await all()).toEqual([]);
    });
  });
}
