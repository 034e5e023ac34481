import { createHash, randomUUID } from "node:crypto";
import { link } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ReliteError } from "@relite/core/errors";
import { contentPath } from "../../blobs/content-files.ts";
import { type Disk, flushPath } from "../../blobs/disk.ts";
import { errorCode } from "../../storage/storage-errors.ts";
import { checkCancel } from "../command-line.ts";

export interface Content {
  readonly owner: number;
  readonly hash: string;
  readonly size: number;
}

export interface CopyParts {
  readonly disk: Disk;
  /** Folders of blobs, each with `content/…` in it. */
  readonly from: string;
  readonly to: string;
  /** Makes hard links where the file system can: the same bytes then serve both. */
  readonly byLink: boolean;
  readonly cancel: AbortSignal;
  onBytes(more: number): void;
}

/** Where copies are written until they are whole; left over after a kill, it is cleared at the next run. */
export function copyStaging(to: string): string {
  return join(to, "staging");
}

/** Copies contents that are not there yet; those that are have the right name, and had the right bytes when they got it. */
export function createContentCopier(parts: CopyParts) {
  const { disk, from, to } = parts;
  const folders = new Set<string>();

  return {
    /** Whether it was copied; false: it was there. Rejects when the source does not have it whole. */
    async bring(content: Content): Promise<boolean> {
      checkCancel(parts.cancel);
      const target = contentPath(to, content.owner, content.hash);
      const there = await disk.stat(target);
      if (there?.size === content.size) {
        parts.onBytes(content.size);
        return false;
      }
      const folder = dirname(target);
      if (!folders.has(folder)) await disk.makeFolder(folder);
      folders.add(folder);
      if (!(await tryLink(parts, content, target))) await copy(parts, content, target);
      return true;
    },
    /** Makes everything that was brought last. */
    async flush(): Promise<void> {
      for (const folder of folders) await disk.flushFolder(folder);
      for (const folder of new Set([...folders].map((one) => dirname(one)))) await flushPath(disk, folder);
    },
    contentOf: (content: Content) => contentPath(from, content.owner, content.hash),
  };
}

async function tryLink(
  { byLink, from, onBytes }: CopyParts,
  content: Content,
  target: string,
): Promise<boolean> {
  if (!byLink) return false;
  try {
    await link(contentPath(from, content.owner, content.hash), target);
    onBytes(content.size);
    return true;
  } catch (error) {
    if (["EXDEV", "EPERM", "EMLINK", "ENOTSUP", "ENOSYS"].includes(errorCode(error))) return false;
    throw error;
  }
}

async function copy(parts: CopyParts, content: Content, target: string): Promise<void> {
  const { disk, from, to, cancel, onBytes } = parts;
  const temporary = join(copyStaging(to), randomUUID());
  const all = { start: 0, end: Number.MAX_SAFE_INTEGER };
  const source = await disk.read(contentPath(from, content.owner, content.hash), all);
  const file = await disk.createFile(temporary);
  try {
    const hash = createHash("sha256");
    for await (const chunk of source) {
      checkCancel(cancel);
      hash.update(chunk);
      await file.write(chunk);
      onBytes(chunk.byteLength);
    }
    if (hash.digest("hex") !== content.hash) throw damaged();
    await file.flush();
  } catch (error) {
    source.destroy();
    await file.close().catch(() => {});
    await disk.remove(temporary).catch(() => {});
    throw error;
  }
  await disk.rename(temporary, target);
}

function damaged(): ReliteError {
  return new ReliteError("internal", "is damaged where it comes from; fsck there names its files");
}
