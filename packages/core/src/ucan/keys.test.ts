import { describe, expect, it, vi } from "vitest";
import { base58ToBytes, bytesToBase58 } from "./base58.ts";
import { parseDidKey } from "./did.ts";
import {
  generateKeyPair,
  keyPairFromSeed,
  newSeed,
  seedToWords,
  signerFromKeyPair,
  verifySignature,
  wordsToSeed,
} from "./index.ts";
import { compressPoint, decompressPoint } from "./p256-point.ts";

const hexToBytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));

describe("keys", () => {
  it.each(["EdDSA", "ES256"] as const)(
    "[UCAN20] %s: the private half cannot be exported unless asked for",
    async (alg) => {
      const pair = await generateKeyPair({ extractable: false, alg });
      expect(pair.privateKey.extractable).toBe(false);
      await expect(crypto.subtle.exportKey("jwk", pair.privateKey)).rejects.toThrow();
      const open = await generateKeyPair({ extractable: true, alg });
      expect(await crypto.subtle.exportKey("jwk", open.privateKey)).toHaveProperty("d");
    },
  );

  it.each([
    ["EdDSA", 56, /^did:key:z6Mk/],
    ["ES256", 57, /^did:key:zDn/],
  ] as const)(
    "[UCAN20] %s: the DID is a did:key of %d characters that reads back",
    async (alg, length, form) => {
      for (let round = 0; round < 20; round += 1) {
        const pair = await generateKeyPair({ extractable: false, alg });
        const { did } = await signerFromKeyPair(pair);
        expect(did).toHaveLength(length);
        expect(did).toMatch(form);
        const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
        expect(parseDidKey(did)).toEqual({ did, alg, publicKey: alg === "EdDSA" ? raw : compressPoint(raw) });
      }
    },
  );

  it("[UCAN20] a page without HTTPS is told so", async () => {
    vi.stubGlobal("isSecureContext", false);
    try {
      const refused = { code: "unavailable", reason: "insecure_context" };
      await expect(generateKeyPair({ extractable: false })).rejects.toMatchObject(refused);
      await expect(keyPairFromSeed(newSeed(), { extractable: false })).rejects.toMatchObject(refused);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it("[UCAN20] a P-256 point survives compression", async () => {
    for (let round = 0; round < 20; round += 1) {
      const { publicKey } = await generateKeyPair({ extractable: false, alg: "ES256" });
      const raw = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
      expect(decompressPoint(compressPoint(raw))).toEqual(raw);
    }
    expect(decompressPoint(new Uint8Array([2, ...new Uint8Array(32).fill(255)]))).toBeNull();
    expect(decompressPoint(new Uint8Array([2, ...new Uint8Array(32).fill(7)]))).toBeNull();
  });
});

describe.each(["EdDSA", "ES256"] as const)("a signature with %s", (alg) => {
  it("[UCAN20] holds for its key and its bytes only", async () => {
    const [signer, other] = [
      await signerFromKeyPair(await generateKeyPair({ extractable: false, alg })),
      await signerFromKeyPair(await generateKeyPair({ extractable: false, alg })),
    ];
    const bytes = new TextEncoder().encode("lane 1");
    const signature = await signer.sign(bytes);
    expect(signature).toHaveLength(64);
    expect(await verifySignature(signer.did, bytes, signature)).toBe(true);
    expect(await verifySignature(other.did, bytes, signature)).toBe(false);
    expect(await verifySignature(signer.did, bytes.slice(1), signature)).toBe(false);
    expect(await verifySignature(signer.did, bytes, signature.slice(1))).toBe(false);
    expect(await verifySignature(`${signer.did}x`, bytes, signature)).toBe(false);
    expect(await verifySignature("did:web:localhost", bytes, signature)).toBe(false);
  });
});

it("[UCAN6] base58 reads exactly the bytes asked for", () => {
  const bytes = Uint8Array.from({ length: 34 }, (_, index) => 255 - index);
  const text = bytesToBase58(bytes);
  expect(base58ToBytes(text, 34)).toEqual(bytes);
  for (const length of [0, 17, 33, 35, 68]) expect(base58ToBytes(text, length)).toBeNull();
  for (const odd of ["", "0", "O", "I", "l", `${text} `, `${text}1`, "é"])
    expect(base58ToBytes(odd, 34)).toBeNull();
});

describe("seeds", () => {
  it("[UCAN20] the key of a seed is the one of RFC 8032, test 1", async () => {
    const seed = hexToBytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    const pair = await keyPairFromSeed(seed, { extractable: false });
    expect(pair.privateKey.extractable).toBe(false);
    const raw = Buffer.from(await crypto.subtle.exportKey("raw", pair.publicKey)).toString("hex");
    expect(raw).toBe("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    const signature = await (await signerFromKeyPair(pair)).sign(new Uint8Array());
    expect(Buffer.from(signature).toString("hex")).toBe(
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    );
  });

  it("[UCAN20] words are BIP 39: 24 of them, with a checksum", () => {
    expect(seedToWords(new Uint8Array(32))).toBe(`${"abandon ".repeat(23)}art`);
    const seed = newSeed();
    const words = seedToWords(seed);
    expect(words.split(" ")).toHaveLength(24);
    expect(wordsToSeed(words)).toEqual(seed);
    expect(wordsToSeed(`  ${words.toUpperCase().replaceAll(" ", " \n ")} `)).toEqual(seed);
  });

  it.each([
    ["nothing", ""],
    ["a wrong checksum", `${"abandon ".repeat(23)}abandon`],
    ["an unknown word", `${"abandon ".repeat(23)}relite`],
    ["12 words", `${"abandon ".repeat(11)}about`],
    ["25 words", `${"abandon ".repeat(24)}art`],
    ["a megabyte", "abandon ".repeat(125_000)],
  ])("[UCAN20] refuses %s as recovery words", (_, words) => expect(wordsToSeed(words)).toBeNull());

  it.each([0, 31, 33, 64])("[UCAN20] refuses a seed of %d bytes", async (length) => {
    const seed = new Uint8Array(length);
    await expect(keyPairFromSeed(seed, { extractable: false })).rejects.toMatchObject({
      code: "bad_request",
    });
    expect(() => seedToWords(seed)).toThrow(expect.objectContaining({ code: "bad_request" }));
  });

  it("[UCAN20] seeds differ", () => expect(newSeed()).not.toEqual(newSeed()));
});
