import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Every file below `folder` by its path, with the hash of its bytes. */
export function bytesBelow(
  folder: string,
  isWanted: (path: string) => boolean = () => true,
): ReadonlyMap<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const files = paths.filter((path) => isWanted(path) && statSync(join(folder, path)).isFile());
  const hashOf = (path: string) =>
    createHash("sha256")
      .update(readFileSync(join(folder, path)))
      .digest("hex");
  return new Map(files.map((path) => [path, hashOf(path)]));
}
