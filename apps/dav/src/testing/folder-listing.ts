import { createHash } from "node:crypto";
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Everything below a folder by path: hash of the bytes (or `folder`) and modification time. */
export async function listFolder(folder: string, { times = true } = {}): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const path of (await readdir(folder, { recursive: true })).sort()) {
    const stats = await lstat(join(folder, path));
    const what = stats.isFile()
      ? createHash("sha256")
          .update(await readFile(join(folder, path)))
          .digest("hex")
          .slice(0, 12)
      : stats.isDirectory()
        ? "folder"
        : "link";
    const isTimed = times && !path.startsWith(".relite");
    found[path] = isTimed ? `${what} ${new Date(Math.round(stats.mtimeMs)).toISOString()}` : what;
  }
  return found;
}
