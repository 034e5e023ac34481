import { randomBytes } from "node:crypto";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The one-time code of an endpoint that was started alone and has no owner yet: made once, kept in its folder (mode 600),
 * so that a restart shows the same.
 */
export async function keepSetupCode(
  folder: string,
): Promise<{ readonly code: string; readonly file: string }> {
  const file = join(folder, "setup-code");
  const known = await readFile(file, "utf8").catch(() => "");
  if (known.trim().length >= 8) return { code: known.trim(), file };
  const code = randomBytes(15).toString("base64url");
  await writeFile(file, `${code}\n`, { mode: 0o600 });
  await chmod(file, 0o600);
  return { code, file };
}
