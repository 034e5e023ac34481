import { open, readFile, stat } from "node:fs/promises";
import { z } from "zod";
import { base64UrlToBytes } from "../crypto/index.ts";
import { ReliteError } from "../errors/index.ts";
import { keyPairFromSeed, newSeed, type Signer, signerFromKeyPair } from "../ucan/index.ts";
import { fileProblem } from "./command.ts";

/** A key file is a JSON Web Key of RFC 8037: Ed25519, with the DID as `kid`. */
const keyFile = z.strictObject({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  kid: z.string(),
  d: z.string(),
});

export interface OpenedKey {
  readonly signer: Signer;
  readonly seed: Uint8Array;
  /** Whether others on this machine may read the file. */
  readonly isExposed: boolean;
}

/** Writes a new owner key, readable by its user alone; never overwrites. Durable when it returns. */
export async function createKeyFile(file: string): Promise<Signer> {
  const seed = newSeed();
  const signer = await signerFromKeyPair(await keyPairFromSeed(seed, { extractable: false }));
  const key = { kty: "OKP", crv: "Ed25519", kid: signer.did, d: Buffer.from(seed).toString("base64url") };
  try {
    const handle = await open(file, "wx", 0o600);
    try {
      // The mode given to open() is narrowed by the umask only; this says it whatever the umask.
      await handle.chmod(0o600);
      await handle.writeFile(`${JSON.stringify(key, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileProblem(error, file);
  }
  return signer;
}

/** Opens a key file; what it holds is never part of an error. */
export async function readKeyFile(file: string): Promise<OpenedKey> {
  const parsed = keyFile.safeParse(parseJson(await readText(file)));
  const seed = parsed.success ? base64UrlToBytes(parsed.data.d) : null;
  if (!parsed.success || seed?.length !== 32)
    throw new ReliteError("bad_request", `${file} is no key file of Relite.`);
  const signer = await signerFromKeyPair(await keyPairFromSeed(seed, { extractable: false }));
  if (signer.did !== parsed.data.kid)
    throw new ReliteError("bad_request", `${file} is damaged: its key does not belong to its DID.`);
  const { mode } = await stat(file);
  return { signer, seed, isExposed: process.platform !== "win32" && (mode & 0o077) !== 0 };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw fileProblem(error, file);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
