import { beforeAll, describe, expect, it } from "vitest";
import { bytesToBase58 } from "../base58.ts";
import { createWorld, type Fields, type World } from "./forge.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

describe("header", () => {
  it.each<[string, Fields, string]>([
    ["no signature", { alg: "none" }, "unsupported_alg"],
    ["a shared secret", { alg: "HS256" }, "unsupported_alg"],
    ["RSA", { alg: "RS256" }, "unsupported_alg"],
    ["the other curve", { alg: "EdDSA" }, "unsupported_alg"],
    ["an algorithm in lower case", { alg: "es256" }, "unsupported_alg"],
    ["a list of algorithms", { alg: ["ES256"] }, "unsupported_alg"],
    ["another ECDSA", { alg: "ES384" }, "unsupported_alg"],
    ["no algorithm", { alg: undefined }, "malformed"],
    ["another type", { typ: "at+jwt" }, "malformed"],
    ["a type in lower case", { typ: "jwt" }, "malformed"],
    ["no type", { typ: undefined }, "malformed"],
    ["critical extensions", { crit: ["exp"] }, "malformed"],
    ["a key of its own", { jwk: { kty: "OKP" } }, "malformed"],
    ["a key address", { jku: "https://example.com" }, "malformed"],
    ["a key id", { kid: "1" }, "malformed"],
    ["a content type", { cty: "JWT" }, "malformed"],
    ["b64 false", { b64: false }, "malformed"],
    ["no version", { ucv: undefined }, "malformed"],
    ["version 99", { ucv: "99.0.0" }, "unsupported_version"],
    ["version 0.9.1", { ucv: "0.9.1" }, "unsupported_version"],
    ["version 0.10.0", { ucv: "0.10.0" }, "unsupported_version"],
    ["version 0.7.0", { ucv: "0.7.0" }, "unsupported_version"],
    ["a version that is a number", { ucv: 0.8 }, "unsupported_version"],
    ["a version with a tail", { ucv: "0.8.1-rc" }, "unsupported_version"],
    ["the legacy version", { uav: "1.0.0", ucv: undefined }, "unsupported_version"],
    ["both versions", { uav: "1.0.0" }, "unsupported_version"],
  ])("[UCAN5] refuses a header with %s", async (_, header, code) => {
    expect(await world.codeOf(await world.invocation({ header }))).toBe(code);
    const prf = [
      await world.delegation({ header: { ...header, ...(header.alg === "EdDSA" ? { alg: "ES256" } : {}) } }),
    ];
    expect(await world.codeOf(await world.invocation({ payload: { prf } }))).toBe(code);
  });

  it("[UCAN5] accepts 0.8.0", async () => {
    expect(await world.codeOf(await world.invocation({ header: { ucv: "0.8.0" } }))).toBe("ok");
  });

  it("[UCAN5] refuses a legacy payload", async () => {
    const payloadText = JSON.stringify({
      aud: world.device.did,
      exp: 9_999_999_999,
      iss: world.device.did,
      ptc: "*",
      rsc: "*",
    });
    expect(await world.codeOf(await world.invocation({ payloadText }))).toBe("malformed");
  });
});

describe("issuer", () => {
  const didOf = (prefix: readonly number[], length: number, fill = 7) =>
    `did:key:z${bytesToBase58(new Uint8Array([...prefix, ...new Uint8Array(length).fill(fill)]))}`;
  it.each<[string, (did: string) => string]>([
    ["RSA", () => didOf([0x85, 0x24], 270)],
    ["secp256k1", () => didOf([0xe7, 0x01], 33, 2)],
    ["X25519", () => didOf([0xec, 0x01], 32)],
    ["P-384", () => didOf([0x81, 0x24], 49, 2)],
    ["Ed25519 with a byte too many", () => didOf([0xed, 0x01], 33)],
    ["Ed25519 with a byte too few", () => didOf([0xed, 0x01], 31)],
    ["P-256 that is not compressed", () => didOf([0x80, 0x24], 65, 4)],
    ["P-256 with a wrong first byte", () => didOf([0x80, 0x24], 33, 4)],
    ["a prefix that begins like Ed25519", () => didOf([0xed, 0x02], 32)],
    ["a prefix that begins like P-256", () => didOf([0x80, 0x25], 33, 2)],
    ["another multibase", (did) => did.replace(":z", ":m")],
    ["a fragment", (did) => `${did}#key-1`],
    ["capitals", (did) => did.toUpperCase()],
    ["a leading 1 in base58", (did) => did.replace(":z", ":z1")],
    ["a character that is not in base58", (did) => `${did.slice(0, -1)}0`],
    ["a space behind", (did) => `${did} `],
    ["a web DID", () => "did:web:localhost%3A3021"],
    ["nothing", () => ""],
    ["a megabyte of base58", () => `did:key:z${"z".repeat(4_000)}`],
  ])("[UCAN6] refuses %s", async (_, change) => {
    const iss = change(world.device.did);
    expect(await world.codeOf(await world.invocation({ payload: { iss, prf: [] } }))).toBe("bad_did");
  });

  it.each(["node", "web"] as const)("[UCAN6] refuses a key that is on no curve (%s)", async (runtime) => {
    const other = await createWorld({ runtime });
    const iss = didOf([0x80, 0x24, 2], 32, 7);
    other.owners.add(iss);
    expect(await other.codeOf(await other.invocation({ payload: { iss, prf: [] } }))).toBe("bad_signature");
  });
});
