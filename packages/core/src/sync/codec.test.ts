import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generateKeyPair, signerFromKeyPair, verifySignature } from "../ucan/index.ts";
import { decodeSegment, decodeTail, encodeSegment, encodeTail, type Tail } from "./codec.ts";
import { parseSegmentName, parseTailName, segmentName, tailName } from "./names.ts";
import type { Op } from "./op.ts";
import { gzipPacking } from "./packing.ts";

const lane = "0123456789abcdef01234567";
const other = "fedcba9876543210fedcba98";
const hlc = { ms: 5, count: 1, node: lane };
const ops: readonly Op[] = [
  {
    kind: "set",
    lane,
    seq: 3,
    hlc,
    entity: "message/s/m",
    field: "body",
    value: { text: "häß 中 \u2028", n: [1, null] },
  },
  {
    kind: "delete",
    lane,
    seq: 4,
    hlc: { ...hlc, node: other },
    entity: "session/s",
    seen: [
      [lane, 3],
      [other, 9],
    ],
  },
  { kind: "cut", lane, seq: 5, hlc, target: other, from: 2 },
];
const ref = { from: 1, to: 2, hash: "a".repeat(32), attempt: "b".repeat(12), level: 0 };
const tail: Tail = { lane, did: null, from: 3, to: 5, segments: [ref], seen: [[other, 7]], ops };

async function decode(text: string, change: Partial<{ lane: string; seq: number; hash: string }> = {}) {
  const hash = await gzipPacking.hash(text);
  const bytes = await gzipPacking.pack(text);
  return decodeTail(bytes, { lane, seq: 5, hash, ...change }, gzipPacking, verifySignature);
}

describe("tails", () => {
  it("[SYN8] come back as they were, and so do segments", async () => {
    expect(await decode(await encodeTail(tail, null))).toMatchObject({ ok: true, value: { tail } });
    const text = encodeSegment(lane, ops);
    const segment = { ...ref, from: 3, to: 5, hash: await gzipPacking.hash(text) };
    const decoded = await decodeSegment(await gzipPacking.pack(text), lane, segment, gzipPacking);
    expect(decoded).toEqual({ ok: true, value: ops });
    expect(await decodeSegment(await gzipPacking.pack(text), other, segment, gzipPacking)).toMatchObject({
      ok: false,
    });
  });

  it.each(["EdDSA", "ES256"] as const)(
    "[SYN8] signed with %s are read, and refused after any change",
    async (alg) => {
      const signer = await signerFromKeyPair(await generateKeyPair({ extractable: false, alg }));
      const signed = await encodeTail({ ...tail, did: signer.did }, signer);
      expect(await decode(signed)).toMatchObject({ ok: true });
      const [line = "", signature = ""] = signed.split("\n");
      expect(await decode(`${line.replace('"n":[1', '"n":[2')}\n${signature}`)).toEqual({
        ok: false,
        reason: "damaged",
      });
      expect(await decode(`${line}\n`)).toEqual({ ok: false, reason: "damaged" });
      expect(await decode(`${line}\n${signature.slice(0, -4)}AAAA`)).toEqual({
        ok: false,
        reason: "damaged",
      });
      expect(await decode(`${line.replace(signer.did, "did:key:zNobody")}\n${signature}`)).toEqual({
        ok: false,
        reason: "damaged",
      });
      expect(await decode(`${await encodeTail(tail, null)}${signature}`)).toEqual({
        ok: false,
        reason: "damaged",
      });
    },
  );

  const line = async () => (await encodeTail(tail, null)).slice(0, -1);
  const hostile: readonly (readonly [string, (line: string) => string])[] = [
    ["nothing", () => ""],
    ["no line feed", (text) => text],
    ["no JSON", () => "<html>log in</html>\n"],
    ["JSON null", () => "null\n"],
    ["another spelling of the same JSON", (text) => `${text.replace('"v":1', '"v": 1')}\n`],
    ["a duplicate key", (text) => `${text.replace('"v":1', '"v":1,"v":1')}\n`],
    ["an unknown key", (text) => `${text.replace('"v":1', '"v":1,"x":1')}\n`],
    ["a __proto__ key", (text) => `${text.replace('"v":1', '"__proto__":{"x":1},"v":1')}\n`],
    ["__proto__ in a value", (text) => `${text.replace('{"text"', '{"__proto__":{"polluted":1},"text"')}\n`],
    ["constructor in a value", (text) => `${text.replace('{"text"', '{"constructor":1,"text"')}\n`],
    ["__proto__ as a field", (text) => `${text.replace('"body"', '"__proto__"')}\n`],
    [
      "a path in an entity",
      (text) => `${text.replace("message/s/m", "message/../m/..")}\n`.replace("../m/..", "..%2f"),
    ],
    ["a negative clock", (text) => `${text.replace('["s",5', '["s",-5')}\n`],
    ["a clock beyond all time", (text) => `${text.replace('["s",5', '["s",1e300')}\n`],
    ["a fractional clock", (text) => `${text.replace('["s",5', '["s",5.5')}\n`],
    ["an unknown kind of op", (text) => `${text.replace('["c",', '["z",')}\n`],
    ["one op too few", (text) => `${text.replace('"to":5', '"to":6')}\n`],
    ["a hole between segments and tail", (text) => `${text.replace("[[1,2,", "[[1,1,")}\n`],
    [
      "an unsorted vector",
      (text) => `${text.replace(`[["${lane}",3],["${other}",9]]`, `[["${other}",9],["${lane}",3]]`)}\n`,
    ],
    ["another lane's ops", (text) => `${text.replace(`"lane":"${lane}"`, `"lane":"${other}"`)}\n`],
    ["a lane that is none", (text) => `${text.replaceAll(lane, "../../../../etc/passwd..")}\n`],
  ];
  it.each(hostile)("[SYN8] with %s are not read", async (_name, change) => {
    const text = change(await line());
    expect(await decode(text)).toEqual({ ok: false, reason: "damaged" });
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  it("[SYN8] of a later format are told apart from damaged ones", async () => {
    const text = (await encodeTail(tail, null)).replace('"v":1', '"v":2,"sealed":true');
    expect(await decode(text)).toEqual({ ok: false, reason: "newer" });
  });

  it("[SYN8] that do not hash to their name, or end early, are not read", async () => {
    const text = await encodeTail(tail, null);
    expect(await decode(text, { hash: "0".repeat(32) })).toMatchObject({ ok: false });
    expect(await decode(text, { seq: 6 })).toMatchObject({ ok: false });
    const [hash, bytes] = [await gzipPacking.hash(text), await gzipPacking.pack(text)];
    for (let end = 0; end < bytes.length; end += 1) {
      const torn = await decodeTail(
        bytes.slice(0, end),
        { lane, seq: 5, hash },
        gzipPacking,
        verifySignature,
      );
      expect(torn.ok).toBe(false);
    }
  });

  it("[SYN8] bytes of any kind never throw", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.nat(399), async (noise, at) => {
        const text = await encodeTail(tail, null);
        const [hash, bytes] = [await gzipPacking.hash(text), await gzipPacking.pack(text)];
        const flipped = bytes.slice();
        flipped.set(noise.slice(0, Math.max(0, flipped.length - (at % flipped.length))), at % flipped.length);
        for (const given of [noise, flipped]) {
          const read = await decodeTail(given, { lane, seq: 5, hash }, gzipPacking, verifySignature);
          if (read.ok) expect(read.value.text).toBe(text);
          expect((await decodeSegment(given, lane, ref, gzipPacking)).ok).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("[SYN8] a small file that unpacks to 100 MB is refused", async () => {
    const bomb = await gzipPacking.pack("0".repeat(100_000_000));
    expect(bomb.byteLength).toBeLessThan(200_000);
    await expect(gzipPacking.unpack(bomb, 1_000_000)).rejects.toMatchObject({ code: "too_large" });
    expect(
      await decodeTail(bomb, { lane, seq: 5, hash: "0".repeat(32) }, gzipPacking, verifySignature),
    ).toMatchObject({ ok: false });
  });
});

describe("names", () => {
  it("[SYN7] of tails and segments are read back", () => {
    const name = tailName(lane, 12, "c".repeat(32), "d".repeat(12));
    expect(parseTailName(name)).toEqual({ name, lane, seq: 12, hash: "c".repeat(32) });
    const segment = segmentName(lane, ref);
    expect(parseSegmentName(segment)).toEqual({ name: segment, lane, from: 1, to: 2, hash: ref.hash });
  });

  it.each([
    "",
    "index.html",
    `${lane}~1~${"c".repeat(32)}`,
    `${lane}~0~${"c".repeat(32)}~${"d".repeat(12)}`,
    `${lane}~01~${"c".repeat(32)}~${"d".repeat(12)}`,
    `${lane}~1e3~${"c".repeat(32)}~${"d".repeat(12)}`,
    `${lane.toUpperCase()}~1~${"c".repeat(32)}~${"d".repeat(12)}`,
    `../${lane}~1~${"c".repeat(32)}~${"d".repeat(12)}`,
    `${lane}~1~${"c".repeat(32)}~${"d".repeat(12)}.part`,
    `${lane}~1~${"c".repeat(32)}~${"d".repeat(12)}\n`,
  ])("[SYN7] %j is none of ours and left alone", (name) => {
    expect(parseTailName(name)).toBeNull();
    expect(parseSegmentName(name)).toBeNull();
  });
});
