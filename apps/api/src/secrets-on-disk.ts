import { randomBytes } from "node:crypto";
import { link, open, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { parseSealingKey } from "@relite/core/crypto";
import { ReliteError } from "@relite/core/errors";
import { makeFolder } from "@relite/core/node";

/** Makes the API's folder; `config_invalid` when it may not be written. */
export async function prepareDataDir(dataDir: string): Promise<void> {
  try {
    await makeFolder(dataDir);
    const probe = join(dataDir, ".writable");
    await (await open(probe, "w", 0o600)).close();
  } catch (error) {
    throw new ReliteError("config_invalid", `RELITE_DATA_DIR: ${dataDir} cannot be written.`, {
      reason: "data_dir_unwritable",
      cause: error,
    });
  }
}

/** The sealing key of this installation, made once. */
export async function keepSealingKey(dataDir: string): Promise<Uint8Array> {
  const kept = await keepText(join(dataDir, "sealing-key"), () => randomBytes(32).toString("hex"));
  const key = parseSealingKey(kept);
  if (key !== null) return key;
  throw new ReliteError("config_invalid", `${join(dataDir, "sealing-key")} does not hold a sealing key.`);
}

/** The setup code of an installation that was not given one, made once. */
export function keepSetupCode(dataDir: string): Promise<string> {
  return keepText(join(dataDir, "setup-code"), () => randomBytes(16).toString("base64url"));
}

/** Reads the file, or makes it with mode 600; of two makers one wins and both get its text. */
async function keepText(path: string, make: () => string): Promise<string> {
  try {
    await makeOnce(path, make);
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    throw new ReliteError("config_invalid", `${path} cannot be read or written.`, {
      reason: "data_dir_unwritable",
      cause: error,
    });
  }
}

/** Written aside and linked into place: nobody reads half a secret. */
async function makeOnce(path: string, make: () => string): Promise<void> {
  if (await exists(path)) return;
  const aside = `${path}.${randomBytes(6).toString("hex")}`;
  const file = await open(aside, "wx", 0o600);
  try {
    await file.writeFile(`${make()}\n`);
    await file.sync();
    await link(aside, path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    await file.close();
    await unlink(aside);
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
