import { beforeAll, describe, expect, it } from "vitest";
import { bytesToBase58 } from "../base58.ts";
import {
  createWorld,
  everyApp,
  type Fields,
  forge,
  payloadOf,
  relite,
  type World,
  withPart,
} from "./forge.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

/** The world's tokens are right when nothing is changed: otherwise every table below would prove nothing. */
it("[UCAN4] accepts the token that all hostile ones are made from", async () => {
  expect(await world.codeOf(await world.invocation())).toBe("ok");
});

describe("size", () => {
  it("[UCAN3] says that no token was given", async () => expect(await world.codeOf("")).toBe("missing"));

  it.each([8_193, 10_000, 10_000_000])("[UCAN3] refuses %d characters before any work", async (length) => {
    const { work, codeOf } = await createWorld();
    expect(await codeOf("a".repeat(length))).toBe("too_large");
    expect(work).toEqual({ checks: 0, hashes: 0, ownerLookups: 0 });
  });

  it("[UCAN3] accepts a token just below the limit and refuses one just above it", async () => {
    const padded = async (length: number) => {
      const fct = [{ note: "x".repeat(900) }];
      let token = await world.invocation({ payload: { fct } });
      const proofOf = (count: number) =>
        world.delegation({
          payload: {
            att: [
              everyApp,
              ...Array.from({ length: 30 }, (_, at) => ({
                with: `app:a${at}/${"x".repeat(count)}`,
                can: "app/read",
              })),
            ],
          },
        });
      for (let count = 1; token.length < length && count < 200; count += 1)
        token = await world.invocation({ payload: { fct, prf: [await proofOf(count)] } });
      return token;
    };
    const large = await padded(8_193);
    expect(large.length).toBeGreaterThan(8_192);
    expect(await world.codeOf(large)).toBe("too_large");
    const small = await padded(8_000);
    expect(small.length).toBeLessThanOrEqual(8_192);
    expect(await world.codeOf(small)).toBe("ok");
  });

  it("[UCAN12] does a bounded amount of work for a token built to explode", async () => {
    const busy = await createWorld();
    const many = Array.from({ length: 32 }, (_, at) => ({ with: `app:a${at}`, can: "app/write" }));
    const signers = [busy.owner, busy.friend, busy.device, busy.stranger];
    let proof = "";
    for (const [index, issuer] of signers.entries()) {
      const aud = (signers[index + 1] ?? busy.device).did;
      const payload = { aud, att: index < 2 ? many : [everyApp], exp: busy.nowSec() + 3_600 };
      proof = await forge({ issuer, payload: { ...payload, prf: proof === "" ? [] : [proof] } });
    }
    const token = await busy.invocation({ payload: { prf: [proof] } });
    await busy.codeOf(token);
    expect(busy.work.checks).toBeLessThanOrEqual(5);
    expect(busy.work.hashes).toBeLessThanOrEqual(20);
    expect(busy.work.ownerLookups).toBeLessThanOrEqual(1);
  });
});

describe("encoding", () => {
  it.each<[string, (token: string) => string]>([
    ["one part", (token) => token.split(".")[0] ?? ""],
    ["two parts", (token) => token.split(".").slice(0, 2).join(".")],
    ["four parts", (token) => `${token}.AAAA`],
    ["a trailing dot", (token) => `${token}.`],
    ["only dots", () => ".."],
    ["an empty header", (token) => withPart(token, 0, () => "")],
    ["an empty payload", (token) => withPart(token, 1, () => "")],
    ["an empty signature", (token) => withPart(token, 2, () => "")],
    ["padding on the signature", (token) => `${token}==`],
    ["padding on the payload", (token) => withPart(token, 1, (part) => `${part}=`)],
    ["ordinary base64", (token) => withPart(token, 2, () => "+/".repeat(43))],
    ["a space inside", (token) => withPart(token, 1, (part) => `${part.slice(0, 8)} ${part.slice(8)}`)],
    ["a line break at the end", (token) => `${token}\n`],
    ["a space before", (token) => ` ${token}`],
    ["a NUL inside", (token) => token.replace(".", "\0.")],
    ["a lone surrogate", (token) => `${token}\ud800`],
    ["letters that are not ASCII", (token) => withPart(token, 1, (part) => `é${part.slice(1)}`)],
    [
      "stray bits at the end of the signature",
      (token) => `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "x"}`,
    ],
    ["a signature of 63 bytes", (token) => withPart(token, 2, () => "A".repeat(84))],
    ["a signature of 65 bytes", (token) => withPart(token, 2, () => `${"A".repeat(86)}A`)],
    ["a word", () => "hello"],
    ["Bearer left in", (token) => `Bearer ${token}`],
  ])("[UCAN4] refuses %s", async (_, change) => {
    expect(await world.codeOf(change(await world.invocation()))).toBe("malformed");
  });

  it.each<[string, (text: string) => string | Uint8Array]>([
    ["spaces in the JSON", (text) => text.replace('"aud":', '"aud": ')],
    ["an escaped character", (text) => text.replace('"aud"', '"\\u0061ud"')],
    ["an escaped slash", (text) => text.replace("app/write", "app\\/write")],
    ["a duplicate key", (text) => text.replace("{", '{"exp":99999999999,')],
    ["a duplicate key in a capability", (text) => text.replace('"can":', '"can":"app/read","can":')],
    ["__proto__ as a key", (text) => text.replace("{", '{"__proto__":{"att":[]},')],
    ["__proto__ in a capability", (text) => text.replace('"can":', '"__proto__":null,"can":')],
    ["constructor as a key", (text) => text.replace("{", '{"constructor":{},')],
    ["an unknown key", (text) => text.replace("{", '{"admin":true,')],
    ["a known JWT key that is not of this profile", (text) => text.replace("{", '{"iat":1,')],
    ["no end", (text) => text.slice(0, -1)],
    ["more after the end", (text) => `${text} `],
    ["an array", (text) => `[${text}]`],
    ["null", () => "null"],
    ["a number", () => "1"],
    ["a string", () => '"x"'],
    ["a byte order mark", (text) => `\ufeff${text}`],
    ["a byte that is no UTF-8", (text) => withBytes(text, [0xff])],
    ["an overlong byte sequence", (text) => withBytes(text, [0xc0, 0x80])],
    ["a surrogate as bytes", (text) => withBytes(text, [0xed, 0xa0, 0x80])],
    ["a number too large to be one", (text) => text.replace(/"exp":\d+/, '"exp":1e400')],
    ["an exponent", (text) => text.replace(/"exp":\d+/, '"exp":4e9')],
    ["minus zero", (text) => text.replace(/"exp":\d+/, '"exp":-0')],
    ["deep nesting", (text) => text.replace("{", `{"fct":[{"a":${"[".repeat(1_500)}${"]".repeat(1_500)}}],`)],
  ])("[UCAN4] refuses a payload with %s", async (_, change) => {
    const payload = JSON.stringify(payloadOf(await world.invocation()));
    const token = await world.invocation({ payloadText: change(payload) });
    expect(await world.codeOf(token)).toBe("malformed");
  });

  it.each<[string, Fields]>([
    ["no issuer", { iss: undefined }],
    ["an issuer that is a number", { iss: 7 }],
    ["no audience", { aud: undefined }],
    ["a list of audiences", { aud: ["did:web:localhost%3A3021"] }],
    ["an audience that is no DID", { aud: "https://localhost:3021" }],
    ["an audience with a space", { aud: "did:web:localhost 3021" }],
    ["no end of life", { exp: undefined }],
    ["an end that is null", { exp: null }],
    ["an end that is text", { exp: "99999999999" }],
    ["an end that is a fraction", { exp: 4_000_000_000.5 }],
    ["an end below zero", { exp: -1 }],
    ["an end beyond whole numbers", { exp: 2 ** 53 }],
    ["a start that is text", { nbf: "0" }],
    ["no nonce", { nnc: undefined }],
    ["an empty nonce", { nnc: "" }],
    ["a nonce that is a number", { nnc: 1 }],
    ["a nonce of 129 characters", { nnc: "n".repeat(129) }],
    ["a nonce with a control character", { nnc: "a\u0000b" }],
    ["no list of proofs", { prf: undefined }],
    ["a proof that is no text", { prf: [{}] }],
    ["a proof beside the list", { prf: "token" }],
    ["a proof that is empty", { prf: [""] }],
    ["a proof that is a CID", { prf: ["bafkreihogico5an3e2xy3fykalfwxxry7itbhfcgq6f47sif6d7w6uk2ze"] }],
    ["no capabilities", { att: undefined }],
    ["capabilities that are no list", { att: { with: "app:relite", can: "app/write" } }],
    [
      "a capability that is an object of objects",
      {
        att: [
          { with: { scheme: "app", hierPart: "relite" }, can: { namespace: "app", segments: ["write"] } },
        ],
      },
    ],
    ["a capability that is text", { att: ["app:relite"] }],
    ["a capability that is null", { att: [null] }],
    ["a capability with caveats", { att: [{ ...relite, nb: {} }] }],
    ["a capability without an action", { att: [{ with: "app:relite" }] }],
    ["a list of actions", { att: [{ with: "app:relite", can: ["app/write"] }] }],
    ["facts that are no list", { fct: {} }],
    ["a fact that is text", { fct: ["once"] }],
    ["facts above 1 kB", { fct: [{ note: "x".repeat(1_024) }] }],
    ["__proto__ in a fact", { fct: [JSON.parse('{"__proto__":{"once":true}}')] }],
  ])("[UCAN4] refuses a payload with %s", async (_, payload) => {
    expect(await world.codeOf(await world.invocation({ payload }))).toBe("malformed");
  });

  it("[UCAN4] ignores what facts say", async () => {
    const fct = [{ htm: "DELETE", with: "app:*" }, {}];
    expect(await world.codeOf(await world.invocation({ payload: { fct } }))).toBe("ok");
  });
});

/** The payload with a fact whose text holds these bytes. */
function withBytes(text: string, bytes: readonly number[]): Uint8Array {
  const [head, tail] = [`{"fct":[{"a":"`, `"}],${text.slice(1)}`];
  return new Uint8Array([...Buffer.from(head), ...bytes, ...Buffer.from(tail)]);
}

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
