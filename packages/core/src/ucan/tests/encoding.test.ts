import { beforeAll, describe, expect, it } from "vitest";
import { createWorld, type Fields, payloadOf, relite, type World, withPart } from "./forge.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

/** The world's tokens are right when nothing is changed: otherwise every table below would prove nothing. */
it("[UCAN4] accepts the token that all hostile ones are made from", async () => {
  expect(await world.codeOf(await world.invocation())).toBe("ok");
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
    const fct = [{ note: "DELETE", with: "app:*" }, {}];
    expect(await world.codeOf(await world.invocation({ payload: { fct } }))).toBe("ok");
  });
});

/** The payload with a fact whose text holds these bytes. */
function withBytes(text: string, bytes: readonly number[]): Uint8Array {
  const [head, tail] = [`{"fct":[{"a":"`, `"}],${text.slice(1)}`];
  return new Uint8Array([...Buffer.from(head), ...bytes, ...Buffer.from(tail)]);
}
