import { ReliteError } from "../errors/index.ts";
import { sha256Hex } from "./bytes.ts";

/** A secret as it is stored: which key sealed it, and nonce (12 bytes) ‖ ciphertext ‖ tag (16 bytes). */
export interface SealedSecret {
  readonly keyId: string;
  readonly bytes: Uint8Array;
}

/** The row a secret belongs to; sealed bytes that are moved to another row do not open. */
export interface SecretOwner {
  readonly userId: string;
  /** The connection's id, or a fixed name for a setting. */
  readonly rowId: string;
}

export interface SecretBox {
  seal(plaintext: string, owner: SecretOwner): Promise<SealedSecret>;
  /**
   * `isStale`: opened with the previous key, so seal it again when convenient.
   * Throws `internal` with reason `unknown_key` or `seal_broken`.
   */
  open(
    sealed: SealedSecret,
    owner: SecretOwner,
  ): Promise<{ readonly plaintext: string; readonly isStale: boolean }>;
}

const nonceBytes = 12;
const tagBytes = 16;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** AES-256-GCM under `key`; blobs of `previousKey` still open. Keys are 32 bytes, as `parseSealingKey` gives them. */
export async function createSecretBox(keys: {
  readonly key: Uint8Array;
  readonly previousKey?: Uint8Array;
}): Promise<SecretBox> {
  const current = await importKey(keys.key);
  const previous = keys.previousKey === undefined ? null : await importKey(keys.previousKey);
  return {
    seal: async (plaintext, owner) => {
      const iv = crypto.getRandomValues(new Uint8Array(nonceBytes));
      const sealed = await crypto.subtle.encrypt(
        { name: "AES-GCM", iv, additionalData: bindingOf(owner) },
        current.key,
        encoder.encode(plaintext),
      );
      return { keyId: current.keyId, bytes: new Uint8Array([...iv, ...new Uint8Array(sealed)]) };
    },
    open: async (sealed, owner) => {
      const used = [current, previous].find((one) => one?.keyId === sealed.keyId);
      if (!used) throw broken("unknown_key", "A stored secret was sealed with a key that is not configured.");
      if (sealed.bytes.length < nonceBytes + tagBytes) throw broken("seal_broken", sealBroken);
      return { plaintext: await decrypt(used.key, sealed.bytes, owner), isStale: used !== current };
    },
  };
}

const sealBroken = "A stored secret does not open: it was changed or belongs to another row.";

async function decrypt(key: CryptoKey, bytes: Uint8Array, owner: SecretOwner): Promise<string> {
  const [iv, body] = [new Uint8Array(bytes.slice(0, nonceBytes)), new Uint8Array(bytes.slice(nonceBytes))];
  try {
    const additionalData = bindingOf(owner);
    return decoder.decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, body));
  } catch {
    throw broken("seal_broken", sealBroken);
  }
}

/** Unambiguous for any ids: a JSON array, not a concatenation. */
function bindingOf({ userId, rowId }: SecretOwner): Uint8Array<ArrayBuffer> {
  return encoder.encode(JSON.stringify([userId, rowId]));
}

async function importKey(bytes: Uint8Array): Promise<{ readonly keyId: string; readonly key: CryptoKey }> {
  if (bytes.length !== 32) throw new ReliteError("config_invalid", "A sealing key is 32 bytes.");
  const raw = new Uint8Array(bytes);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  const digest = await sha256Hex(new Uint8Array([...encoder.encode("relite key id"), ...raw]));
  return { keyId: digest.slice(0, 16), key };
}

function broken(reason: string, message: string): ReliteError {
  return new ReliteError("internal", message, { reason });
}
