import { randomUUID } from "node:crypto";

import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { ReliteError } from "@relite/core/errors";
import type { Blobs, StagedBytes } from "./blobs.ts";
import { contentPath, createContentFiles, setAsideFolder } from "./content-files.ts";

import type { Disk } from "./disk.ts";
import { type Received, receive } from "./receive.ts";

/**
 * Blobs as files: `<folder>/content/<owner>/<first two digits>/<SHA-256>`, written through `<folder>/staging`.
 * A file appears under its hash by rename, whole and flushed, or not at all.
 */
export function createFileBlobs(folder: string, disk: Disk, stagingName = "staging"): Blobs {
  const staging = join(folder, stagingName);
  const content = join(folder, "content");
  const aside = setAsideFolder(folder);
  const fileOf = (owner: number, hash: string) => contentPath(folder, owner, hash);
  const madeFolders = new Set<string>();

  async function ensureFolder(path: string): Promise<void> {
    if (madeFolders.has(path)) return;
    await disk.makeFolder(path);
    // A new folder is durable when its parent says so, up to the one that was there from the start.
    for (let at = path; at !== content && at.length > content.length; at = join(at, "..")) {
      await disk.flushFolder(join(at, ".."));
    }
    madeFolders.add(path);
  }

  return {
    async stage(owner, body, limits) {
      const temporary = join(staging, randomUUID());
      const received = await receive(body, limits, { disk, temporary });
      const { inline } = received;
      if (inline !== null) return heldInMemory(received, inline);
      const path = fileOf(owner, received.hash);
      let isKept = false;
      return {
        ...received,
        open: () => disk.read(temporary, { start: 0, end: received.size - 1 }),
        async keep() {
          await ensureFolder(dirname(path));
          await disk.rename(temporary, path);
          isKept = true;
          await disk.flushFolder(dirname(path));
        },
        async release() {
          if (!isKept) await disk.remove(temporary);
        },
      };
    },
    async open(owner, hash, range) {
      const path = fileOf(owner, hash);
      if ((await disk.stat(path)) === null) throw new ReliteError("not_found", "The content is gone");
      return disk.read(path, range);
    },
    files: createContentFiles(folder),
    async clearAside() {
      for (const name of await disk.names(aside)) await disk.remove(join(aside, name));
    },
    async *list() {
      for (const owner of await disk.names(content)) {
        for (const prefix of await disk.names(join(content, owner))) {
          for (const hash of await disk.names(join(content, owner, prefix))) {
            const found = await disk.stat(join(content, owner, prefix, hash));
            if (found !== null) yield { owner: Number(owner), hash, ...found };
          }
        }
      }
    },
    async clean() {
      await disk.makeFolder(staging);
      await disk.makeFolder(content);
      for (const name of await disk.names(staging)) await disk.remove(join(staging, name));
      for (const name of await disk.names(aside)) await disk.remove(join(aside, name));
    },
    async probe() {
      const path = join(staging, randomUUID());
      await (await disk.createFile(path)).close();
      await disk.remove(path);
    },
  };
}

function heldInMemory(received: Received, inline: Buffer): StagedBytes {
  const nothing = async () => {};
  const open = async () => Readable.from([inline], { objectMode: false });
  return { ...received, open, keep: nothing, release: nothing };
}
