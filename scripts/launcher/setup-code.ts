import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The one-time code that enrols the first owner, made once and kept in `<data>/setup-code` (mode 600). */
export function obtainSetupCode(dataDir: string): string {
  const file = join(dataDir, "setup-code");
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (existsSync(file)) {
    chmodSync(file, 0o600);
    const kept = readFileSync(file, "utf8").trim();
    if (kept.length >= 20) return kept;
  }
  const code = randomBytes(20).toString("base64url");
  writeFileSync(file, `${code}\n`, { mode: 0o600 });
  return code;
}

export function forgetSetupCode(dataDir: string): void {
  rmSync(join(dataDir, "setup-code"), { force: true });
}
