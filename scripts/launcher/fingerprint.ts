import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** SHA-256 over the names and bytes of files and folders (tests left out): changes exactly when a source does. */
export function fingerprint(paths: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of paths.flatMap(filesBelow))
    hash.update(file).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

function filesBelow(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return /\.test\.tsx?$|\.gen\.ts$/.test(path) ? [] : [path];
  return readdirSync(path)
    .sort()
    .filter((name) => name !== "node_modules")
    .flatMap((name) => filesBelow(join(path, name)));
}
