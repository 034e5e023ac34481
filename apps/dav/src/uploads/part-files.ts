import { createHash, randomUUID } from "node:crypto";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { Disk } from "../blobs/disk.ts";
import type { DiskWriter } from "../blobs/disk-writer.ts";
import { giveBack } from "../blobs/give-back.ts";
import { incompleteBody, isBrokenBody, tooLarge } from "../blobs/receive.ts";
import type { BodyCheck } from "../checksums/body-check.ts";
import { storageError } from "../storage/storage-errors.ts";
import type { UploadPart } from "./uploads.ts";

export interface PartLimits {
  readonly maxBytes: number;
  readonly declaredBytes: number | null;
  readonly checks: readonly BodyCheck[];
  /** Bytes that arrived before the body was cut are kept. */
  readonly keepsCut: boolean;
  /** Told, while the body arrives, how much of the file is durable; says whether that is recorded now. */
  onDurable?(file: string, size: number): Promise<boolean>;
}

/** Bytes that are durable in a file of their own. */
export interface ReceivedPart {
  readonly file: string;
  readonly size: number;
  readonly hash: string;
  /** Why not more came, when the body was cut and what had come was kept. */
  readonly cut: unknown;
}

/** The files of parts: `<folder>/<owner>/<name>`, each written once and then only read. */
export interface PartFiles {
  /** Takes in a body; durable when it resolves, nothing left behind when it rejects before anything was told to be durable. */
  receive(owner: number, body: Readable, limits: PartLimits): Promise<ReceivedPart>;
  /** The bytes of parts one after the other. */
  open(owner: number, parts: readonly UploadPart[]): Readable;
  pathOf(owner: number, file: string): string;
  /** Size on the disk; null when the file is not there. */
  sizeOf(owner: number, file: string): Promise<number | null>;
  /** Removes files that no row names any more; one that cannot be removed now is found by `list` later. */
  remove(owner: number, files: readonly string[]): Promise<void>;
  list(): AsyncIterable<{ readonly owner: number; readonly file: string; readonly modifiedMs: number }>;
}

// Rarely enough to cost little, often enough that a killed process has little to receive again.
const minDurableStep = 8 * 1024 * 1024;
const maxDurableStep = 256 * 1024 * 1024;

export function createPartFiles(folder: string, disk: Disk): PartFiles {
  const folderOf = (owner: number) => join(folder, String(owner));
  const pathOf = (owner: number, file: string) => join(folderOf(owner), file);
  const made = new Set<number>();

  async function create(owner: number, file: string): Promise<DiskWriter> {
    if (!made.has(owner)) {
      await disk.makeFolder(folderOf(owner));
      await disk.flushFolder(folder);
      made.add(owner);
    }
    return disk.createFile(pathOf(owner, file));
  }

  return {
    pathOf,
    async receive(owner, body, limits) {
      const file = randomUUID();
      const writer = await create(owner, file).catch((error: unknown) => {
        throw storageError(error);
      });
      const writing = { file, writer, flushFolder: () => disk.flushFolder(folderOf(owner)) };
      const told = { bytes: 0 };
      try {
        return await receiveInto(writing, body, limits, told);
      } catch (error) {
        await writer.close().catch(() => {});
        if (told.bytes === 0) await disk.remove(pathOf(owner, file)).catch(() => {});
        throw isBrokenBody(error) ? incompleteBody() : storageError(error);
      }
    },
    open: (owner, parts) =>
      Readable.from(
        readAll(disk, parts, (file) => pathOf(owner, file)),
        { objectMode: false },
      ),
    sizeOf: async (owner, file) => (await disk.stat(pathOf(owner, file)))?.size ?? null,
    async remove(owner, files) {
      for (const file of files) await disk.remove(pathOf(owner, file)).catch(() => {});
    },
    async *list() {
      for (const owner of await disk.names(folder)) {
        for (const file of await disk.names(join(folder, owner))) {
          const found = await disk.stat(join(folder, owner, file));
          if (found !== null) yield { owner: Number(owner), file, modifiedMs: found.modifiedMs };
        }
      }
    },
  };
}

interface Writing {
  readonly file: string;
  readonly writer: DiskWriter;
  flushFolder(): Promise<void>;
}

async function receiveInto(
  { file, writer, flushFolder }: Writing,
  body: Readable,
  limits: PartLimits,
  told: { bytes: number },
): Promise<ReceivedPart> {
  const hash = createHash("sha256");
  let size = 0;
  let cut: unknown = null;
  try {
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      const bytes: Buffer = chunk;
      if (size + bytes.byteLength > limits.maxBytes) throw tooLarge(limits.maxBytes);
      hash.update(bytes);
      for (const check of limits.checks) check.update(bytes);
      await writer.write(bytes);
      size += bytes.byteLength;
      giveBack(body, bytes);
      const step = Math.min(maxDurableStep, Math.max(minDurableStep, told.bytes / 8));
      if (limits.onDurable === undefined || size - told.bytes < step) continue;
      await writer.sync();
      if (told.bytes === 0) await flushFolder();
      if (await limits.onDurable(file, size)) told.bytes = size;
    }
    if (limits.declaredBytes !== null && size !== limits.declaredBytes) throw incompleteBody();
  } catch (error) {
    if (!limits.keepsCut || !isBrokenBody(error)) throw error;
    cut = error;
  }
  for (const check of limits.checks) check.verify();
  await writer.flush();
  if (told.bytes === 0) await flushFolder();
  return { file, size, hash: hash.digest("hex"), cut };
}

async function* readAll(
  disk: Disk,
  parts: readonly UploadPart[],
  pathOf: (file: string) => string,
): AsyncGenerator<Buffer> {
  for (const { file, size } of parts) {
    if (size > 0) yield* await disk.read(pathOf(file), { start: 0, end: size - 1 });
  }
}
