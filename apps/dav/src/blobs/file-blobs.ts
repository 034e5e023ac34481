import { randomUUID } from "node:crypto";

import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { ReliteError } from "@relite/core/errors";
import type { Blobs, StagedBytes } from "./blobs.ts";
import { contentPath, createContentFiles, setAsideFolder } from "./content-files.ts";

import type { Disk } from "./disk.ts";
import { maxInlineBytes, type Received, receive, receiveSmall } from "./receive.ts";

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

  function onDisk(owner: number, temporary: string, received: Received): StagedBytes {
    const path = fileOf(owner, received.hash);
    return {
      ...received,
      open: () => disk.read(temporary, { start: 0, end: received.size - 1 }),
      async keep() {
        await ensureFolder(dirname(path));
        await disk.rename(temporary, path);
        await disk.flushFolder(dirname(path));
      },
      // Also after it was kept: a second name of the very file that is there already is left behind by a rename.
      // A disk that fails here must not make a lie of the answer; what stays is cleared at the next start.
      release: () => disk.remove(temporary).catch(() => {}),
    };
  }

  return {
    async stage(owner, body, limits) {
      const small = receiveSmall(body, limits);
      if (small !== null) return heldInMemory(await small);
      const temporary = join(staging, randomUUID());
      const received = await receive(body, limits, { disk, temporary });
      if (received.inline !== null) return heldInMemory(received);
      return onDisk(owner, temporary, received);
    },
    async adopt(owner, from, { hash, size }) {
      if (size <= maxInlineBytes) return null;
      const temporary = join(staging, randomUUID());
      try {
        await disk.link(from, temporary);
      } catch {
        // Another file system, or one without links: what is wrong with the file itself is found when it is read.
        await disk.remove(temporary).catch(() => {});
        return null;
      }
      return onDisk(owner, temporary, { hash, size, inline: null });
    },
    async open(owner, hash, range) {
      const path = fileOf(owner, hash);
      if ((await disk.stat(path)) === null) throw new ReliteError("not_found", "The content is gone");
      return disk.read(path, range);
    },
    async openFile(owner, hash) {
      const file = await disk.openFile(fileOf(owner, hash));
      if (file === null) throw new ReliteError("not_found", "The content is gone");
      return file;
    },
    files: createContentFiles(folder),
    async clearAside() {
      for (const name of await disk.names(aside)) await disk.remove(join(aside, name));
    },
    list: () => listContents(content, disk),
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

async function* listContents(content: string, disk: Disk) {
  for (const owner of await disk.names(content)) {
    for (const prefix of await disk.names(join(content, owner))) {
      for (const hash of await disk.names(join(content, owner, prefix))) {
        const found = await disk.stat(join(content, owner, prefix, hash));
        if (found !== null) yield { owner: Number(owner), hash, ...found };
      }
    }
  }
}

const nothing = async () => {};

function heldInMemory(received: Received): StagedBytes {
  const open = async () => Readable.from([received.inline ?? Buffer.alloc(0)], { objectMode: false });
  return { ...received, open, keep: nothing, release: nothing };
}
