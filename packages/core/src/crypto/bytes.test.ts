import { describe, expect, it } from "vitest";
import { base64UrlToBytes, bytesToBase32, bytesToBase64Url, equalSecrets, sha256Hex } from "./index.ts";

describe("base64url", () => {
  it("[SEAL6] goes there and back for every length", () => {
    for (let length = 0; length < 70; length += 1) {
      const bytes = crypto.getRandomValues(new Uint8Array(length));
      expect(bytesToBase64Url(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
      expect(base64UrlToBytes(bytesToBase64Url(bytes))).toEqual(bytes);
    }
  });

  it.each(["A", "AA==", "A A", "AB", "AAB", "++++", "////", "AAAA\n", "ÄAAA", "AAAAA"])(
    "[SEAL6] %j is no canonical spelling",
    (text) => expect(base64UrlToBytes(text)).toBeNull(),
  );
});

// RFC 4648 §10
it.each([
  ["", ""],
  ["f", "my"],
  ["fo", "mzxq"],
  ["foo", "mzxw6"],
  ["foob", "mzxw6yq"],
  ["fooba", "mzxw6ytb"],
  ["foobar", "mzxw6ytboi"],
])("[SEAL6] %j is %j in base32", (text, expected) =>
  expect(bytesToBase32(new TextEncoder().encode(text))).toBe(expected),
);

it("[SEAL6] hashes text and bytes alike", async () => {
  const known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  expect(await sha256Hex("abc")).toBe(known);
  expect(await sha256Hex(new TextEncoder().encode("abc"))).toBe(known);
});

it.each([
  ["abc", "abc", true],
  ["abc", "abd", false],
  ["abc", "abcd", false],
  ["", "", true],
  ["é", "e\u0301", false],
])("[SEAL7] comparing %j with %j gives %j", async (given, expected, same) =>
  expect(await equalSecrets(given, expected)).toBe(same),
);
