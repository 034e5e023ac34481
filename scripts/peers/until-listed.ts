import { createDavClient } from "@relite/core/webdav";
import type { PeerLogin } from "./apache.ts";

/** Waits until a server that caches its folders lists `path`, or no longer does. */
export async function untilListed(
  url: string,
  { username, password }: PeerLogin,
  path: string,
  there: boolean,
): Promise<void> {
  const authorization = async () => `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  const client = createDavClient({ baseUrl: url, fetch, authorization });
  const startMs = performance.now();
  while ((await isListed(client, path)) !== there) {
    if (performance.now() - startMs > 20_000)
      throw new Error(`${path} is ${there ? "not listed" : "still listed"}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function isListed(client: ReturnType<typeof createDavClient>, path: string): Promise<boolean> {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  try {
    for await (const entry of client.list(folder, { depth: 1 })) if (entry.path === path) return true;
  } catch {
    // The folder itself is not there (yet).
  }
  return false;
}
