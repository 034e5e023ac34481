import { randomBytes, randomUUID } from "node:crypto";
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorCode } from "../storage/storage-errors.ts";

/**
 * The key under cookies' MACs: made once, beside the database, mode 600, and part of no backup, so that who reads a
 * database cannot make cookies. Whichever thread comes first makes it; without the file, people sign in again.
 */
export function keepSessionKey(folder: string): Buffer {
  const file = join(folder, "session.key");
  const known = readKey(file);
  if (known !== null) return known;
  const fresh = join(folder, `session.key.${randomUUID()}`);
  writeFileSync(fresh, randomBytes(32), { mode: 0o600 });
  try {
    // It is there whole or not at all, and only the first is kept.
    linkSync(fresh, file);
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
  return readKey(file) ?? randomBytes(32);
}

function readKey(file: string): Buffer | null {
  try {
    const key = readFileSync(file);
    return key.byteLength === 32 ? key : null;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}
