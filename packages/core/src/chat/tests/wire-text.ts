import type { MemoryLaneRemote } from "../../testing/index.ts";

/** All that lies on the server, unpacked: to see that something is not there. */
export async function gzipText(remote: MemoryLaneRemote): Promise<string> {
  const texts: string[] = [];
  for (const path of remote.server.paths) {
    const bytes = new Uint8Array(remote.server.get(path) ?? new Uint8Array());
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    texts.push(await new Response(stream).text());
  }
  return texts.join("\n");
}
