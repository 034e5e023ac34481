import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { ReliteError } from "@relite/core/errors";
import type { Blobs } from "./blobs.ts";
import type { Disk } from "./disk.ts";
import { receive } from "./receive.ts";

/**
 * Blobs as files: `<folder>/content/<owner>/<first two digits>/<SHA-256>`, written through `<folder>/staging`.
 * A file appears under its hash by rename, whole and flushed, or not at all.
 */
export function createFileBlobs(folder: string, disk: Disk): Blobs {
  const staging = join(folder, "staging");
  const content = join(folder, "content");
  const folderOf = (owner: number, hash: string) => join(content, String(owner), hash.slice(0, 2));
  const fileOf = (owner: number, hash: string) => join(folderOf(owner, hash), hash);
  const claims = createClaims();
  const dropping = new Map<string, Promise<void>>();
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
      if (received.inline !== null) {
        return { ...received, keep: async () => {}, release: async () => {} };
      }
      const key = fileOf(owner, received.hash);
      let isKept = false;
      const endClaim = claims.claim(key);
      return {
        ...received,
        async keep() {
          await ensureFolder(folderOf(owner, received.hash));
          await dropping.get(key);
          await disk.rename(temporary, key);
          isKept = true;
          await disk.flushFolder(folderOf(owner, received.hash));
        },
        async release() {
          endClaim();
          if (!isKept) await disk.remove(temporary);
        },
      };
    },
    async open(owner, hash, range) {
      const path = fileOf(owner, hash);
      if ((await disk.stat(path)) === null) throw new ReliteError("not_found", "The content is gone");
      return disk.read(path, range);
    },
    async drop(owner, hash, beforeMs) {
      const path = fileOf(owner, hash);
      const found = await disk.stat(path);
      if (found === null || found.modifiedMs >= beforeMs || claims.isClaimed(path)) return false;
      // An upload of the same bytes that begins now waits: else its rename and this removal could come in either order.
      const removal = disk.remove(path).finally(() => dropping.delete(path));
      dropping.set(path, removal);
      await removal;
      return true;
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
    },
    async probe() {
      const path = join(staging, randomUUID());
      await (await disk.createFile(path)).close();
      await disk.remove(path);
    },
  };
}

/** Counts who is about to refer to a content, so that dropping it waits for them. */
function createClaims() {
  const countByKey = new Map<string, number>();
  return {
    claim(key: string): () => void {
      countByKey.set(key, (countByKey.get(key) ?? 0) + 1);
      return () => {
        const left = (countByKey.get(key) ?? 1) - 1;
        if (left === 0) countByKey.delete(key);
        else countByKey.set(key, left);
      };
    },
    isClaimed: (key: string) => countByKey.has(key),
  };
}
