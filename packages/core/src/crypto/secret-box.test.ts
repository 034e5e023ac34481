import { describe, expect, it } from "vitest";
import { createSecretBox, parseSealingKey, type SealedSecret } from "./index.ts";

const keyOf = (byte: number) => new Uint8Array(32).fill(byte);
const owner = { userId: "user-1", rowId: "connection-1" };

describe("sealing", () => {
  it("[SEAL1] opens what it sealed: 12-byte nonce, ciphertext, 16-byte tag, key id beside it", async () => {
    const box = await createSecretBox({ key: keyOf(1) });
    const sealed = await box.seal("pässwörd 密码", owner);
    expect(sealed.bytes).toHaveLength(12 + new TextEncoder().encode("pässwörd 密码").length + 16);
    expect(sealed.keyId).toMatch(/^[0-9a-f]{16}$/);
    expect(await box.open(sealed, owner)).toEqual({ plaintext: "pässwörd 密码", isStale: false });
  });

  it("[SEAL1] is AES-256-GCM with [userId, rowId] as JSON for additional data", async () => {
    const sealed = await (await createSecretBox({ key: keyOf(1) })).seal("secret", owner);
    const key = await crypto.subtle.importKey("raw", keyOf(1), "AES-GCM", false, ["decrypt"]);
    const additionalData = new TextEncoder().encode('["user-1","connection-1"]');
    const [iv, body] = [sealed.bytes.slice(0, 12), sealed.bytes.slice(12)];
    const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, body);
    expect(new TextDecoder().decode(opened)).toBe("secret");
  });

  it("[SEAL2] never uses a nonce twice", async () => {
    const box = await createSecretBox({ key: keyOf(1) });
    const nonces = new Set<string>();
    for (let round = 0; round < 500; round += 1)
      nonces.add((await box.seal("same", owner)).bytes.slice(0, 12).join());
    expect(nonces.size).toBe(500);
  });

  it.each<[string, { userId: string; rowId: string }]>([
    ["another user", { ...owner, userId: "user-2" }],
    ["another row", { ...owner, rowId: "connection-2" }],
    ["the same characters split elsewhere", { userId: "user-1c", rowId: "onnection-1" }],
  ])("[SEAL3] does not open for %s", async (_, other) => {
    const box = await createSecretBox({ key: keyOf(1) });
    const sealed = await box.seal("secret", owner);
    await expect(box.open(sealed, other)).rejects.toMatchObject({ code: "internal", reason: "seal_broken" });
  });

  it.each<[string, (sealed: SealedSecret) => SealedSecret]>([
    [
      "a flipped bit",
      (sealed) => ({ ...sealed, bytes: sealed.bytes.map((byte, at) => (at === 14 ? byte ^ 1 : byte)) }),
    ],
    ["a cut tag", (sealed) => ({ ...sealed, bytes: sealed.bytes.slice(0, -1) })],
    ["a byte more", (sealed) => ({ ...sealed, bytes: new Uint8Array([...sealed.bytes, 0]) })],
    ["too few bytes", (sealed) => ({ ...sealed, bytes: sealed.bytes.slice(0, 20) })],
    ["nothing", (sealed) => ({ ...sealed, bytes: new Uint8Array() })],
  ])("[SEAL3] does not open with %s, and says nothing of the content", async (_, change) => {
    const box = await createSecretBox({ key: keyOf(1) });
    const sealed = change(await box.seal("hunter2hunter2", owner));
    const failure: unknown = await box.open(sealed, owner).catch((error: unknown) => error);
    expect(failure).toMatchObject({ reason: "seal_broken" });
    expect(String(failure)).not.toContain("hunter2");
  });
});

describe("key rotation", () => {
  it("[SEAL4] opens with the previous key and says that sealing again is due", async () => {
    const old = await createSecretBox({ key: keyOf(1) });
    const rotated = await createSecretBox({ key: keyOf(2), previousKey: keyOf(1) });
    const sealed = await old.seal("secret", owner);
    expect(await rotated.open(sealed, owner)).toEqual({ plaintext: "secret", isStale: true });
    const again = await rotated.seal("secret", owner);
    expect(again.keyId).not.toBe(sealed.keyId);
    expect(await rotated.open(again, owner)).toEqual({ plaintext: "secret", isStale: false });
  });

  it("[SEAL4] names an unknown key as the reason", async () => {
    const sealed = await (await createSecretBox({ key: keyOf(1) })).seal("secret", owner);
    const other = await createSecretBox({ key: keyOf(3), previousKey: keyOf(2) });
    await expect(other.open(sealed, owner)).rejects.toMatchObject({ reason: "unknown_key" });
  });

  it("[SEAL5] takes 32 bytes only", async () => {
    await expect(createSecretBox({ key: new Uint8Array(16) })).rejects.toMatchObject({
      code: "config_invalid",
    });
  });
});

describe("keys from settings", () => {
  const bytes = Uint8Array.from({ length: 32 }, (_, index) => index * 8 + 3);
  const base64 = Buffer.from(bytes).toString("base64");
  it.each([
    ["hex", Buffer.from(bytes).toString("hex")],
    ["upper-case hex", Buffer.from(bytes).toString("hex").toUpperCase()],
    ["base64", base64],
    ["base64 without padding", base64.replace("=", "")],
    ["base64url", Buffer.from(bytes).toString("base64url")],
  ])("[SEAL5] reads %s", (_, text) => expect(parseSealingKey(text)).toEqual(bytes));

  it.each([
    ["nothing", ""],
    ["a passphrase", "correct horse battery staple"],
    ["31 bytes of hex", "ab".repeat(31)],
    ["33 bytes of hex", "ab".repeat(33)],
    ["64 characters that are no hex", "zz".repeat(32)],
    ["16 bytes of base64", Buffer.alloc(16).toString("base64")],
    ["33 bytes of base64", Buffer.alloc(33).toString("base64")],
    ["base64 with bits left over", `${"A".repeat(42)}B=`],
    ["spaces around it", ` ${base64} `],
    ["a line break after it", `${base64}\n`],
  ])("[SEAL5] refuses %s", (_, text) => expect(parseSealingKey(text)).toBeNull());
});
